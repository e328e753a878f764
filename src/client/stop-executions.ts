import { describeError } from '../runtime/core/record/describe-error';
import type { CancelAnswer, StopAnswer } from './answers';
import type { LivePage } from './list-live';

/** Executions that are asked at the same time. */
const askedAtOnce = 16;

/** Asks all of these executions to end. One that cannot be asked keeps no other from it. */
export async function stopExecutions(
  pages: AsyncIterable<LivePage>,
  cancel: (executionId: string) => Promise<CancelAnswer>,
): Promise<Pick<StopAnswer, 'executionIds' | 'failed' | 'hasMore'>> {
  const executionIds: string[] = [];
  const failed: { executionId: string; reason: string }[] = [];
  let hasMore = false;
  for await (const page of pages) {
    const ids = page.found.map(({ stored }) => stored.executionId);
    for (let start = 0; start < ids.length; start += askedAtOnce) {
      const asked = ids.slice(start, start + askedAtOnce);
      const answers = await Promise.allSettled(asked.map(cancel));
      for (const [index, executionId] of asked.entries()) {
        const answer = answers[index] as PromiseSettledResult<CancelAnswer>;
        if (answer.status === 'rejected')
          failed.push({ executionId, reason: describeError(answer.reason).message });
        else if (answer.value.kind === 'requested') executionIds.push(executionId);
      }
    }
    hasMore ||= page.hasMore;
  }
  return { executionIds, failed, hasMore };
}
