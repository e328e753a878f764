import type { Answer } from './answer';

/** An API request that was recognised: what it asks for, and how to do it. */
export interface Operation {
  /** The SDK's command without `Command`. */
  readonly name: string;
  /** Function or queue, as the caller named it. */
  readonly target: string;
  readonly invocationType?: string;
  /** Which dialect its errors are told in. */
  readonly api: 'lambda' | 'sqs';
  /** Does it. `isDuplicate` asks for what it sends to be delivered twice. */
  readonly run: (isDuplicate: boolean) => Answer | Promise<Answer>;
}
