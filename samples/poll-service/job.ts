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
import { HttpTranscriber, TRANSCRIBER, type Transcriber } from './transcriber';

interface TranscribeInput {
  readonly recording: string;
}

/** How long the service is given, in milliseconds: a day. */
const patienceMs = 86_400_000;

/** Has a recording transcribed by a slow service, and keeps the text. Waiting costs nothing. */
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class TranscribeRecording {
  @State() taskId = '';
  @State() giveUpAtMs = 0;
  @State() text = '';
  @State() problem: string | undefined;
  @State() isTidy = false;

  constructor(
    @inject(TRANSCRIBER) private readonly transcriber: Transcriber,
    @inject(ARCHIVE) private readonly archive: Archive,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Step()
  async begin(ctx: StepContext<TranscribeInput>) {
    this.taskId = await this.transcriber.begin(ctx.input.recording, ctx.idempotencyKey, ctx.signal);
    this.giveUpAtMs = this.clock.now() + patienceMs;
    return wait({ seconds: 30 });
  }

  @Step({ retry: { maxAttempts: 10 } })
  async ask(ctx: StepContext<TranscribeInput>) {
    const answer = await this.transcriber.read(this.taskId, ctx.signal);
    const isTooLate = this.clock.now() >= this.giveUpAtMs;
    if (answer.status === 'running' && !isTooLate) return wait({ seconds: 30, goTo: 'ask' });
    if (answer.status === 'done') this.text = answer.text;
    else this.problem = answer.status === 'failed' ? answer.reason : 'no answer within a day';
    return goTo(this.problem === undefined ? 'keep' : 'tidy');
  }

  @Step()
  async keep(ctx: StepContext<TranscribeInput>) {
    await this.archive.write(`${ctx.input.recording}.txt`, this.text, ctx.signal);
  }

  @Step({ retry: { maxAttempts: 10 } })
  async tidy(ctx: StepContext<TranscribeInput>) {
    await this.transcriber.remove(this.taskId, ctx.signal);
    this.isTidy = true;
    if (this.problem !== undefined) throw new TerminalError(`${ctx.input.recording}: ${this.problem}`);
  }

  @Terminate()
  isDone() {
    return this.isTidy;
  }
}

export const handler = createHandler(TranscribeRecording, {
  providers: [
    { token: TRANSCRIBER, useFactory: () => HttpTranscriber.fromEnvironment() },
    { token: ARCHIVE, useFactory: () => S3Archive.fromEnvironment() },
  ],
});
