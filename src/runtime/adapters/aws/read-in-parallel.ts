/** Reads at the same time: more open files or sockets help nobody, and a process has only so many. */
const readerCount = 16;

/** Calls `read` for every item, a few at a time, and answers in the order of the items. */
export async function readInParallel<Item, Answer>(
  items: readonly Item[],
  read: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = new Array<Answer>(items.length);
  const next = items.entries();
  const readOn = async () => {
    for (const [index, item] of next) answers[index] = await read(item);
  };
  await Promise.all(Array.from({ length: Math.min(readerCount, items.length) }, readOn));
  return answers;
}
