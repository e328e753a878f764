import { HandOffFailedError } from '../../../src';
import { RecordingSender, type SentRequest } from '../../../src/testing';

/** Never settles. */
export const forever = () => new Promise<never>(() => {});

/** An error as the AWS SDK throws it. */
export function sdkError(name: string): Error {
  return Object.assign(new Error(`${name} said AWS`), { name });
}

/** A sender's own decision. */
export function failureOf(
  channel: string,
  failure: 'recursion' | 'refused' | 'retry' | 'too-large',
): HandOffFailedError {
  return new HandOffFailedError({
    problem: `${channel} says ${failure}`,
    fix: `Fix ${channel}.`,
    details: { channel, failure },
  });
}

/** A channel that does with a request what it is told; it is also told how often it was tried. */
export function failing(
  channel: string,
  fail: (request: SentRequest, tries: number) => unknown,
): RecordingSender {
  const sender: RecordingSender = new RecordingSender({
    channel,
    before: (request) => fail(request, sender.tried.length),
  });
  return sender;
}
