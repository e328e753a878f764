import { BatonError, CheckpointFailedError } from '../../errors';
import type { InboxTools } from '../among/inbox';
import { LostRace } from '../among/slots-store';
import { describeError } from '../core/record/describe-error';
import type { Collaborators } from '../ports/collaborators';
import { BackOff } from '../time/back-off';
import type { LookDeps } from './send-look';

/**
 * Reads or writes what executions have to do with each other: a store that fails is asked again while there is time. Those who are at it at
 * the same time come again at different times.
 *
 * @throws CheckpointFailedError when there is no time left.
 */
export async function tryAtStore<Value>(
  deps: Pick<LookDeps, 'collaborators' | 'remainingMs'>,
  executionId: string,
  attempt: (tools: InboxTools) => Promise<Value>,
): Promise<Value> {
  const { collaborators } = deps;
  const { timer, random, logger } = collaborators;
  const tools = readInboxTools(collaborators);
  const backOff = new BackOff({ timer, random, remainingMs: () => deps.remainingMs() });
  for (;;) {
    try {
      return await attempt(tools);
    } catch (error) {
      if (BatonError.is(error) && !error.retryable) throw error;
      if (!(error instanceof LostRace))
        logger.warn('records could not be read or written', {
          executionId,
          tries: backOff.tries,
          error: describeError(error),
        });
      if (!backOff.hasTime) throw unreachableError(executionId, backOff.tries, error);
      await backOff.pause();
    }
  }
}

/** What facts are read and written with. */
export function readInboxTools({ store, platform, clock }: Collaborators): InboxTools {
  if (store === undefined) throw new Error('there is no store to read from');
  return { store, checksum: platform.checksum, digest: (text) => platform.digest(text), clock };
}

function unreachableError(executionId: string, tries: number, cause: unknown): CheckpointFailedError {
  return new CheckpointFailedError({
    problem: `Records of execution ${executionId} could not be read or written in ${tries} tries, and there is no time for more.`,
    fix: 'Look at the cause: permissions, throttling, or the network. The delivery is retried.',
    details: { executionId, tries },
    cause,
  });
}
