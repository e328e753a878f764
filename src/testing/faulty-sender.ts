import { HandOffFailedError, type HandOffFailure } from '../errors/execution-errors';
import { never } from './life';
import { RecordingSender, type RecordingSenderOptions, type SentRequest } from './recording-sender';

/** What happens to one call. `lost`: it is accepted, and the reply is lost. `hang`: no answer ever comes. Else why it is refused. */
export type SendFault = HandOffFailure | 'hang' | 'lost' | 'none';

/** Options of {@link FaultySender}. */
export interface FaultySenderOptions extends Omit<RecordingSenderOptions, 'before'> {
  /** Called with the number of the call, from 1. @defaultValue every call is refused and may be tried again (`retry`) */
  readonly fault?: (call: number) => SendFault;
}

/** A {@link RecordingSender} whose calls fail as told. */
export class FaultySender extends RecordingSender {
  readonly #fault: (call: number) => SendFault;

  constructor({ fault = () => 'retry', ...options }: FaultySenderOptions = {}) {
    super(options);
    this.#fault = fault;
  }

  override async send(request: SentRequest): Promise<void> {
    this.tried.push(request);
    const fault = this.#fault(this.tried.length);
    if (fault === 'hang') return never();
    if (fault !== 'none' && fault !== 'lost') throw this.#describe(fault);
    this.accept(request);
    if (fault === 'lost') throw this.#describe('retry');
  }

  #describe(failure: HandOffFailure): HandOffFailedError {
    return new HandOffFailedError({
      problem: `Channel ${this.channel} failed on purpose (${failure}).`,
      fix: 'Nothing: a test asked for it.',
      details: { channel: this.channel, failure },
    });
  }
}
