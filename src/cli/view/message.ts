import type { Tone } from './paint';

/** One line worth telling, before it is laid out. */
export interface Message {
  /** `start` is left to the live lines where there are any; `output` is the handler's own. */
  readonly kind: 'end' | 'event' | 'output' | 'start';
  readonly tone: Tone;
  /** One character. */
  readonly mark: string;
  /** Number of the invocation that it is about, if any. */
  readonly number: number | undefined;
  readonly text: string;
}
