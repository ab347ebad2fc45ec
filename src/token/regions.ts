/** Reads and validates the `regions` of a pool: those that issue its tokens besides its own. */
import { AuthConfigurationError } from '../errors.js';
import { describe } from '../settings.js';
import { partitionOf, regionOf } from './issuers.js';

/** @throws {AuthConfigurationError} on anything but other regions of the pool's partition, or beside keys from elsewhere. */
export function readRegions(where: string, settings: Record<string, unknown>, userPoolId: string): readonly string[] {
  if (!('regions' in settings)) return [];
  // Which region a static key is of is unknown, and the key of one must not verify the tokens of another.
  const other = ['endpoint', 'jwks'].find((name) => settings[name] !== undefined);
  if (other !== undefined) {
    throw new AuthConfigurationError(
      `Expected \`${where}\` to have \`regions\` or \`${other}\`, got both. The keys of each region come from AWS: leave one out.`,
    );
  }
  const value = settings['regions'];
  const regions: readonly unknown[] = Array.isArray(value) ? Array.from<unknown>(value) : [];
  const own = regionOf(userPoolId);
  const isTwice = new Set(regions).size < regions.length;
  const fault = isTwice
    ? 'one twice'
    : regions.map((region) => faultOf(region, own)).find((each) => each !== undefined);
  // Each without a fault is a string.
  if (fault === undefined && regions.length > 0) return regions as readonly string[];
  throw new AuthConfigurationError(
    `Expected \`${where}.regions\` to be a list of the pool's replica regions, got ${fault ?? describe(value)}. Write regions: ` +
      "['us-west-2'], without the pool's own region, or leave it out.",
  );
}

function faultOf(region: unknown, own: string | undefined): string | undefined {
  if (typeof region !== 'string') return describe(region);
  if (region === own) return "the pool's own region";
  const partition = partitionOf(region);
  if (partition === undefined) return 'an unknown region';
  return partition === partitionOf(own) ? undefined : 'a region of another partition';
}
