/**
 * A number in [0, 1) for a seed and a key. The same seed and key always give the same number,
 * so a fault does not depend on how calls of concurrent processes happen to interleave.
 */
export function draw(seed: number, ...key: readonly (number | string)[]): number {
  let hash = 2166136261;
  for (const character of [seed, ...key].join('/'))
    hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
