/** Whether the suite is run once more, in a hostile configuration or on a further Node: what a test does a thousand times need not be done as often again. */
const isRunAgain = 'batonHostile' in globalThis || Boolean(process.env.BATON_OTHER_NODE);

/** Of how many similar things one is enough when the suite is run once more. */
const share = 31;

/** Every item; some of them, from all over the list, when the suite is run once more. */
export function thinOut<Item>(items: readonly Item[]): readonly Item[] {
  return isRunAgain ? items.filter((_item, index) => index % share === 0) : items;
}

/** A large number, and a smaller one when the suite is run once more. */
export function scaleDown(count: number): number {
  return isRunAgain ? Math.ceil(count / share) : count;
}

/** How many times as often as in every `npm test` a law is looked at: `BATON_LAWS=10 npm test`. */
const wish = Number(process.env.BATON_LAWS ?? 1);

/** How often a law is looked at whose every run is a whole execution, or thousands of them. */
export function countRuns(everyDay: number): number {
  return scaleDown(everyDay * wish);
}

/** At most so many of a list, from all over it. */
export function pickEvenly<Item>(items: readonly Item[], count: number): readonly Item[] {
  const step = Math.max(1, items.length / count);
  return items.filter((_item, index) => Math.floor(index / step) > Math.floor((index - 1) / step));
}
