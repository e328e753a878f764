import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../api/operation';
import type { Emit, LocalLambdaEvents } from '../events';
import type { InvokeApi } from '../invoke/invoke-api';
import type { QueueHub } from '../sqs/queue-hub';
import { checkName, checkSchedule, type ScheduleInput, type ScheduleTarget } from './check-schedule';

/** A timer of Node takes no longer delay, in milliseconds. */
const maxTimerMs = 2 ** 31 - 1;
/** What fires later than this is not waited for: a queue could not hold a message back for longer either. */
const awaitedMs = 900_000;

/** A schedule that was made. */
interface Schedule {
  readonly name: string;
  readonly groupName: string;
  readonly input: ScheduleInput;
  readonly target: ScheduleTarget & { readonly Arn: string };
  readonly fireAtMs: number;
  readonly createdAtMs: number;
  /** How often it fires: 2 when a duplicate is wanted. */
  readonly deliveries: number;
  /** Nothing when it has fired, or is disabled. */
  timer: NodeJS.Timeout | undefined;
}

/** What the schedules are made of. */
interface ScheduleHubParts {
  readonly region: string;
  readonly accountId: string;
  readonly invokeApi: Pick<InvokeApi, 'invoke'>;
  readonly queues: Pick<QueueHub, 'send'>;
  readonly emit: Emit;
}

/** EventBridge Scheduler: one-time schedules that invoke functions, by group and name. */
export class ScheduleHub {
  readonly #groups = new Map<string, number>([['default', Date.now()]]);
  readonly #schedules = new Map<string, Schedule>();
  readonly #parts: ScheduleHubParts;
  /** Firings that have not been accepted yet. */
  firing = 0;

  constructor(parts: ScheduleHubParts) {
    this.#parts = parts;
  }

  /** Whether nothing is about to fire; what fires in more than a quarter of an hour is not waited for. */
  get isIdle(): boolean {
    const soonMs = Date.now() + awaitedMs;
    return [...this.#schedules.values()].every(
      ({ timer, fireAtMs }) => timer === undefined || fireAtMs > soonMs,
    );
  }

  /**
   * Makes a schedule. The same call again, with its `ClientToken`, is one while the schedule is there.
   *
   * @throws ApiError as EventBridge Scheduler does
   */
  create(name: string, input: ScheduleInput, deliveries: number): { readonly ScheduleArn: string } {
    checkName('name', name);
    const { GroupName: groupName = 'default', ClientToken, State } = input;
    this.#checkGroup(groupName);
    const nowMs = Date.now();
    const known = this.#schedules.get(describeKey(groupName, name));
    const ScheduleArn = this.#describeArn(groupName, name);
    if (known !== undefined) {
      if (ClientToken !== undefined && isDeepStrictEqual(known.input, input)) return { ScheduleArn };
      throw new ApiError(409, 'ConflictException', `Schedule ${name} already exists.`);
    }
    const fireAtMs = checkSchedule(input, nowMs);
    const target = input.Target as Schedule['target'];
    const schedule = { name, groupName, input, target, fireAtMs, createdAtMs: nowMs, deliveries };
    const made: Schedule = { ...schedule, timer: undefined };
    this.#schedules.set(describeKey(groupName, name), made);
    if (State !== 'DISABLED') this.#arm(made);
    this.#tell(made, { kind: 'created' });
    return { ScheduleArn };
  }

  /** @throws ApiError ResourceNotFoundException */
  get(name: string, groupName = 'default'): object {
    const { input, createdAtMs } = this.#find(name, groupName);
    const { ClientToken: _, ...asked } = input;
    return {
      ActionAfterCompletion: 'NONE',
      ScheduleExpressionTimezone: 'UTC',
      State: 'ENABLED',
      ...asked,
      GroupName: groupName,
      ...describeTimes(createdAtMs),
      Arn: this.#describeArn(groupName, name),
      Name: name,
    };
  }

  /** @throws ApiError ResourceNotFoundException */
  delete(name: string, groupName = 'default'): void {
    const schedule = this.#find(name, groupName);
    this.#remove(schedule);
    this.#tell(schedule, { kind: 'deleted' });
  }

  /** Those of a group, or of all, on one page. */
  list({ groupName, prefix = '' }: { readonly groupName?: string; readonly prefix?: string }): object {
    const found = [...this.#schedules.values()].filter(
      (schedule) =>
        (groupName === undefined || schedule.groupName === groupName) && schedule.name.startsWith(prefix),
    );
    return {
      Schedules: found.map(({ name, groupName: group, input, target, createdAtMs }) => ({
        Arn: this.#describeArn(group, name),
        Name: name,
        GroupName: group,
        State: input.State ?? 'ENABLED',
        Target: { Arn: target.Arn },
        ...describeTimes(createdAtMs),
      })),
    };
  }

  /** @throws ApiError ConflictException */
  createGroup(name: string): { readonly ScheduleGroupArn: string } {
    checkName('name', name);
    if (this.#groups.has(name))
      throw new ApiError(409, 'ConflictException', `Schedule group ${name} already exists.`);
    this.#groups.set(name, Date.now());
    return { ScheduleGroupArn: this.#describeGroupArn(name) };
  }

  /** @throws ApiError ResourceNotFoundException */
  getGroup(name: string): object {
    const createdAtMs = this.#checkGroup(name);
    return { Arn: this.#describeGroupArn(name), Name: name, State: 'ACTIVE', ...describeTimes(createdAtMs) };
  }

  close(): void {
    for (const { timer } of this.#schedules.values()) clearTimeout(timer);
    this.#schedules.clear();
  }

  #arm(schedule: Schedule): void {
    const delayMs = Math.max(0, schedule.fireAtMs - Date.now());
    const isTooFar = delayMs > maxTimerMs;
    schedule.timer = setTimeout(
      () => (isTooFar ? this.#arm(schedule) : void this.#fire(schedule)),
      Math.min(delayMs, maxTimerMs),
    );
  }

  async #fire(schedule: Schedule): Promise<void> {
    schedule.timer = undefined;
    if (schedule.input.ActionAfterCompletion === 'DELETE') this.#remove(schedule);
    this.firing++;
    const { target, deliveries } = schedule;
    try {
      const payload = Buffer.from(target.Input ?? '{}');
      const call = { reference: target.Arn, invocationType: 'Event', payload, deliveries };
      const { requestId } = await this.#parts.invokeApi.invoke(call);
      this.#tell(schedule, { kind: 'fired', requestId });
    } catch (error) {
      this.#lose(schedule, error);
    } finally {
      this.firing--;
    }
  }

  /** AWS would try again for a day; here it goes to its dead letters at once. */
  #lose(schedule: Schedule, error: unknown): void {
    const { Arn: deadLetters } = schedule.target.DeadLetterConfig ?? {};
    const reasons = [describeReason(error)];
    try {
      if (deadLetters !== undefined) this.#parts.queues.send(deadLetters, schedule.target.Input ?? '{}');
    } catch (refusal) {
      reasons.push(`its dead-letter queue did not take it: ${describeReason(refusal)}`);
    }
    this.#tell(schedule, { kind: 'lost', reason: reasons.join('; ') });
  }

  #remove(schedule: Schedule): void {
    clearTimeout(schedule.timer);
    schedule.timer = undefined;
    this.#schedules.delete(describeKey(schedule.groupName, schedule.name));
  }

  #find(name: string, groupName: string): Schedule {
    this.#checkGroup(groupName);
    const schedule = this.#schedules.get(describeKey(groupName, name));
    if (schedule !== undefined) return schedule;
    throw new ApiError(404, 'ResourceNotFoundException', `Schedule ${name} does not exist.`);
  }

  #checkGroup(name: string): number {
    checkName('groupName', name);
    const createdAtMs = this.#groups.get(name);
    if (createdAtMs !== undefined) return createdAtMs;
    throw new ApiError(404, 'ResourceNotFoundException', `Schedule group ${name} does not exist.`);
  }

  #tell(
    { name, groupName, target, fireAtMs }: Schedule,
    what: Pick<LocalLambdaEvents['schedule'][0], 'kind' | 'reason' | 'requestId'>,
  ): void {
    this.#parts.emit('schedule', { name, groupName, functionArn: target.Arn, fireAtMs, ...what });
  }

  #describeArn(groupName: string, name: string): string {
    return `${this.#describePrefix()}:schedule/${groupName}/${name}`;
  }

  #describeGroupArn(name: string): string {
    return `${this.#describePrefix()}:schedule-group/${name}`;
  }

  #describePrefix(): string {
    return `arn:aws:scheduler:${this.#parts.region}:${this.#parts.accountId}`;
  }
}

function describeReason(error: unknown): string {
  return error instanceof ApiError ? `${error.type}: ${error.message}` : String(error);
}

function describeKey(groupName: string, name: string): string {
  return `${groupName}/${name}`;
}

/** In seconds, as the wire has them. */
function describeTimes(createdAtMs: number) {
  return { CreationDate: createdAtMs / 1_000, LastModificationDate: createdAtMs / 1_000 };
}
