import {
  createHandler,
  inject,
  LongRunning,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  waitForSignal,
} from 'lambda-baton';
import { ARCHIVE, type Archive, S3Archive } from '../archive';
import {
  HttpTranscriber,
  type TaskAnswer,
  TRANSCRIBER,
  type TranscribeInput,
  type Transcriber,
} from '../transcriber';

/** How long the service is given, in seconds: a day. */
const timeoutSeconds = 86_400;

/** Has a recording transcribed by a service that calls back, and keeps the text. */
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class TranscribeByCallback {
  @State() taskId = '';
  @State() isOver = false;

  constructor(
    @inject(TRANSCRIBER) private readonly transcriber: Transcriber,
    @inject(ARCHIVE) private readonly archive: Archive,
  ) {}

  @Step({ retry: { maxAttempts: 10 }, compensate: 'removeTask' })
  async begin(ctx: StepContext<TranscribeInput>) {
    const { recording } = ctx.input;
    const request = { recording, key: ctx.idempotencyKey, token: ctx.signalToken('done') };
    this.taskId = await this.transcriber.begin(request, ctx.signal);
    return waitForSignal('done', { timeoutSeconds });
  }

  @Step()
  async keep({ input: { recording }, woken, signal }: StepContext<TranscribeInput>) {
    if (woken?.by !== 'signal') throw new TerminalError(`${recording}: no answer within a day`);
    const answer = woken.payload as TaskAnswer;
    if (answer.status !== 'done') throw new TerminalError(`${recording}: ${JSON.stringify(answer)}`);
    await this.archive.write(`${recording}.txt`, answer.text, signal);
  }

  @Step({ retry: { maxAttempts: 10 } })
  async finish(ctx: StepContext<TranscribeInput>) {
    await this.removeTask(ctx);
    this.isOver = true;
  }

  /** After the text is kept; or else when there will be none, and the execution fails. */
  async removeTask(ctx: StepContext<TranscribeInput>) {
    if (this.taskId !== '') await this.transcriber.remove(this.taskId, ctx.signal);
  }

  @Terminate()
  isDone() {
    return this.isOver;
  }
}

export const handler = createHandler(TranscribeByCallback, {
  providers: [
    { token: TRANSCRIBER, useFactory: () => HttpTranscriber.fromEnvironment() },
    { token: ARCHIVE, useFactory: () => S3Archive.fromEnvironment() },
  ],
});
