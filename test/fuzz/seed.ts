/** The seed of a run: another one each time, printed by fast-check when a property fails, and set by `FUZZ_SEED` to repeat it. */
export const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
