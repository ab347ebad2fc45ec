/**
 * The seed of a run: the same each time, so that a run fails for what has changed and not by chance. `FUZZ_SEED` sets
 * another one, to explore (`FUZZ_SEED=$RANDOM npx vitest run test/fuzz`) or to repeat what a failure printed.
 */
export const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_120);
