import { InvokeFailedError } from '../../../errors';
import { describeError } from '../../core/record/describe-error';
import { adviseOn, type CallAdvice, classifyTrouble, findTrouble } from '../aws/classify-aws-error';
import { loadLambdaSdk } from '../aws/clients';
import type { CommandSender } from '../aws/lazy-client';

const refused = 'Grant the caller lambda:InvokeFunction on the function, and check its name and Region.';
const advice: CallAdvice = {
  denied: refused,
  missing: refused,
  retry: 'Make the same call again with the same executionId: nothing is started or redriven twice.',
  'too-large': 'Keep large data somewhere else and a key to it in the input.',
};

/** One event for a function, about one execution. */
export interface FunctionEvent {
  readonly functionName: string;
  readonly executionId: string;
  readonly body: string;
}

/**
 * Sends an event to a function, to be run asynchronously.
 *
 * @throws InvokeFailedError when it was refused, or when it is not known whether it has arrived.
 */
export async function invokeFunction(
  client: CommandSender,
  { functionName, executionId, body }: FunctionEvent,
): Promise<void> {
  try {
    const { InvokeCommand } = await loadLambdaSdk();
    await client.send(
      new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: body }),
    );
  } catch (error) {
    const { name, message } = describeError(error);
    const trouble = findTrouble(error);
    throw new InvokeFailedError({
      problem: `Function ${functionName} could not be invoked for execution ${executionId}: ${name}: ${message}`,
      fix: adviseOn(trouble, advice),
      details: { functionName, executionId, failure: classifyTrouble(trouble), reason: name },
      cause: error,
    });
  }
}
