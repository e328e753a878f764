import { describeError } from '../../core/record/describe-error';
import type { Clock, ContinuationRequest, ContinuationSender } from '../../ports';
import { classifyAwsError } from '../aws/classify-aws-error';
import { loadSchedulerSdk } from '../aws/clients';
import type { CommandSender } from '../aws/lazy-client';
import { LazyClient, withTimeLimit } from '../aws/lazy-client';
import { type ContinueOn, nameTarget } from '../lambda/lambda-sender';

/** The largest input of a schedule's target, in bytes. */
const maxInputBytes = 262_144;
/** A schedule may be this far away, in seconds: a year. */
const maxScheduleSeconds = 365 * 86_400;
/** EventBridge Scheduler fires within the minute that a schedule names: it names the first that is not too early. */
const minuteMs = 60_000;
/** A schedule in the past is refused, and clocks differ: it is at least this far ahead, in milliseconds. */
const leastAheadMs = 5_000;

/** Where schedules are made. */
export interface SchedulerSettings {
  /** The role that invokes the function; `scheduler.amazonaws.com` assumes it. */
  readonly roleArn: string;
  /** @defaultValue the account's default group */
  readonly group?: string;
  /** How exactly a schedule fires, in milliseconds. @defaultValue a minute, as on AWS */
  readonly precisionMs?: number;
}

/**
 * Lets a one-time schedule of EventBridge Scheduler bring a message: for a pause of any length, at one call, or where there is no queue.
 * It fires within the minute after the pause, and is deleted then. A schedule that is asked for twice is one.
 */
export class SchedulerSender implements ContinuationSender {
  readonly channel = 'scheduler';
  readonly maxBytes = maxInputBytes;
  /** What is to come at once goes by other channels. */
  readonly minDelaySeconds = 1;
  readonly maxDelaySeconds = maxScheduleSeconds;
  readonly #client: CommandSender;
  readonly #settings: SchedulerSettings;
  readonly #continueOn: ContinueOn;
  readonly #clock: Clock;

  constructor(client: CommandSender, settings: SchedulerSettings, continueOn: ContinueOn, clock: Clock) {
    this.#client = client;
    this.#settings = settings;
    this.#continueOn = continueOn;
    this.#clock = clock;
  }

  /** @throws HandOffFailedError that says whether trying again may help. */
  async send(request: ContinuationRequest): Promise<void> {
    const { body, delaySeconds = this.minDelaySeconds, context, timeoutMs } = request;
    const { roleArn, group, precisionMs = minuteMs } = this.#settings;
    const name = nameSchedule(request);
    try {
      const { CreateScheduleCommand } = await loadSchedulerSdk();
      const command = new CreateScheduleCommand({
        Name: name,
        ClientToken: name,
        ...(group !== undefined && { GroupName: group }),
        ScheduleExpression: writeTime(this.#clock.now(), delaySeconds, precisionMs),
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: { Arn: nameTarget(context, this.#continueOn), RoleArn: roleArn, Input: body },
      });
      await withTimeLimit(timeoutMs, (abortSignal) => this.#client.send(command, { abortSignal }));
    } catch (error) {
      // An earlier try has made it, and its answer was lost.
      if (describeError(error).name === 'ConflictException') return;
      throw classifyAwsError(this.channel, error);
    }
  }

  async load(): Promise<void> {
    await loadSchedulerSdk();
    if (this.#client instanceof LazyClient) await this.#client.load();
  }
}

/** Names go by the message: the same one sent again is the same schedule. */
function nameSchedule({ executionId, invocation, hopId, body }: ContinuationRequest): string {
  const text = JSON.stringify([executionId, invocation, hopId ?? body]);
  const digest = process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
  return `baton-${digest.slice(0, 48)}`;
}

/** The delay was rounded up to a second, by which a minute need not be missed. */
function writeTime(nowMs: number, delaySeconds: number, precisionMs: number): string {
  const atMs = nowMs + delaySeconds * 1_000;
  const earliestMs =
    precisionMs < minuteMs ? atMs : Math.max(Math.floor(atMs / 1_000) * 1_000, nowMs + leastAheadMs);
  const time = new Date(Math.ceil(earliestMs / precisionMs) * precisionMs);
  return `at(${time.toISOString().slice(0, 19)})`;
}
