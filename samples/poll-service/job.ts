import {
  CLOCK,
  type Clock,
  createHandler,
  goTo,
  inject,
  LongRunning,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  wait,
} from 'lambda-baton';
import { ARCHIVE, type Archive, S3Archive } from './archive';
import { HttpTranscriber, TRANSCRIBER, type TranscribeInput, type Transcriber } from './transcriber';

const aDayMs = 86_400_000;

/** Has a recording transcribed by a slow service, and keeps the text. Waiting costs nothing. */
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class TranscribeRecording {
  @State() taskId = '';
  @State() giveUpAtMs = 0;
  @State() text = '';
  @State() isOver = false;

  constructor(
    @inject(TRANSCRIBER) private readonly transcriber: Transcriber,
    @inject(ARCHIVE) private readonly archive: Archive,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Step({ retry: { maxAttempts: 10 }, compensate: 'removeTask' })
  async begin(ctx: StepContext<TranscribeInput>) {
    const request = { recording: ctx.input.recording, key: ctx.idempotencyKey };
    this.taskId = await this.transcriber.begin(request, ctx.signal);
    this.giveUpAtMs = this.clock.now() + aDayMs;
    return wait({ seconds: 30 });
  }

  @Step({ retry: { maxAttempts: 10 } })
  async ask(ctx: StepContext<TranscribeInput>) {
    const answer = await this.transcriber.read(this.taskId, ctx.signal);
    if (answer.status === 'failed') throw new TerminalError(`${ctx.input.recording}: ${answer.reason}`);
    if (answer.status === 'done') this.text = answer.text;
    else if (this.clock.now() < this.giveUpAtMs) return wait({ seconds: 30, goTo: 'ask' });
    else throw new TerminalError(`${ctx.input.recording}: no answer within a day`);
    return goTo('keep');
  }

  @Step()
  async keep(ctx: StepContext<TranscribeInput>) {
    await this.archive.write(`${ctx.input.recording}.txt`, this.text, ctx.signal);
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

export const handler = createHandler(TranscribeRecording, {
  providers: [
    { token: TRANSCRIBER, useFactory: () => HttpTranscriber.fromEnvironment() },
    { token: ARCHIVE, useFactory: () => S3Archive.fromEnvironment() },
  ],
});
