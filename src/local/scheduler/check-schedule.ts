import { ApiError } from '../api/operation';

/** A schedule as `CreateSchedule` asks for it: the fields that are looked at here. */
export interface ScheduleInput {
  readonly GroupName?: string;
  readonly ScheduleExpression?: string;
  readonly ScheduleExpressionTimezone?: string;
  readonly State?: string;
  readonly ClientToken?: string;
  readonly ActionAfterCompletion?: string;
  readonly FlexibleTimeWindow?: { readonly Mode?: string; readonly MaximumWindowInMinutes?: number };
  readonly Target?: ScheduleTarget;
}

/** Whom a schedule invokes, and with what. */
export interface ScheduleTarget {
  readonly Arn?: string;
  readonly RoleArn?: string;
  readonly Input?: string;
  readonly RetryPolicy?: {
    readonly MaximumRetryAttempts?: number;
    readonly MaximumEventAgeInSeconds?: number;
  };
  readonly DeadLetterConfig?: { readonly Arn?: string };
}

const namePattern = /^[0-9a-zA-Z-_.]{1,64}$/;
const tokenPattern = /^[a-zA-Z0-9-_]{1,64}$/;
const rolePattern = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const functionPattern = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w$-]+)?$/;
const onceAt = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;
const maxInputBytes = 262_144;

/** @throws ApiError as EventBridge Scheduler does */
export function checkName(field: 'groupName' | 'name', value: string): void {
  if (namePattern.test(value)) return;
  refuse(
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$ and have length less than or equal to 64`,
  );
}

/**
 * Checks a schedule as EventBridge Scheduler does. Only one-time schedules in UTC that invoke a function are known here: what else AWS
 * would take is refused too, with words that say so.
 *
 * @returns when it fires, in epoch milliseconds
 * @throws ApiError `ValidationException`
 */
export function checkSchedule(input: ScheduleInput, nowMs: number): number {
  checkOptions(input);
  checkTarget(input.Target);
  return checkTime(input, nowMs);
}

function checkOptions({
  State = 'ENABLED',
  ClientToken,
  ActionAfterCompletion = 'NONE',
  FlexibleTimeWindow,
}: ScheduleInput): void {
  if (State !== 'ENABLED' && State !== 'DISABLED') refuseEnum('state', State, 'ENABLED, DISABLED');
  if (ActionAfterCompletion !== 'NONE' && ActionAfterCompletion !== 'DELETE')
    refuseEnum('actionAfterCompletion', ActionAfterCompletion, 'NONE, DELETE');
  if (ClientToken !== undefined && !tokenPattern.test(ClientToken))
    refuse(
      `1 validation error detected: Value '${ClientToken}' at 'clientToken' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9-_]+$ and have length less than or equal to 64`,
    );
  const { Mode, MaximumWindowInMinutes } = FlexibleTimeWindow ?? {};
  if (Mode === undefined) refuseMissing('flexibleTimeWindow');
  if (Mode !== 'OFF' && Mode !== 'FLEXIBLE') refuseEnum('flexibleTimeWindow.mode', Mode, 'OFF, FLEXIBLE');
  if ((Mode === 'FLEXIBLE') !== (MaximumWindowInMinutes !== undefined))
    refuse('MaximumWindowInMinutes goes with a FlexibleTimeWindow of mode FLEXIBLE, and with no other.');
}

function checkTarget({
  Arn,
  RoleArn,
  Input = '{}',
  RetryPolicy = {},
  DeadLetterConfig,
}: ScheduleTarget = {}): void {
  if (Arn === undefined) refuseMissing('target.arn');
  if (RoleArn === undefined) refuseMissing('target.roleArn');
  if (!rolePattern.test(RoleArn)) refuse(`Provided RoleArn is not in correct format: ${RoleArn}`);
  if (!functionPattern.test(Arn))
    refuse(`Provided Arn is not in correct format: ${Arn}. The local Lambda schedules functions only.`);
  if (Buffer.byteLength(Input) > maxInputBytes)
    refuse(
      `1 validation error detected: Value at 'target.input' failed to satisfy constraint: Member must have length less than or equal to ${maxInputBytes}`,
    );
  if (!isJson(Input)) refuse('Input for target is not valid JSON.');
  const { MaximumRetryAttempts = 0, MaximumEventAgeInSeconds = 60 } = RetryPolicy;
  if (!isWhole(MaximumRetryAttempts, 0, 185))
    refuseRange('retryPolicy.maximumRetryAttempts', MaximumRetryAttempts, 0, 185);
  if (!isWhole(MaximumEventAgeInSeconds, 60, 86_400))
    refuseRange('retryPolicy.maximumEventAgeInSeconds', MaximumEventAgeInSeconds, 60, 86_400);
  const deadLetters = DeadLetterConfig?.Arn;
  if (deadLetters !== undefined && !/^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}$/.test(deadLetters))
    refuse(`Provided Arn of the dead-letter queue is not in correct format: ${deadLetters}`);
}

function checkTime(
  { ScheduleExpression, ScheduleExpressionTimezone = 'UTC' }: ScheduleInput,
  nowMs: number,
): number {
  if (ScheduleExpression === undefined) refuseMissing('scheduleExpression');
  const [, time = ''] = onceAt.exec(ScheduleExpression) ?? [];
  const fireAtMs = Date.parse(`${time}Z`);
  const isReal = !Number.isNaN(fireAtMs) && new Date(fireAtMs).toISOString().startsWith(time);
  if (!isReal)
    refuse(
      `Invalid Schedule Expression ${ScheduleExpression}. The local Lambda knows one-time schedules only: at(yyyy-mm-ddThh:mm:ss).`,
    );
  if (ScheduleExpressionTimezone !== 'UTC')
    refuse(
      `Invalid ScheduleExpressionTimezone ${ScheduleExpressionTimezone}. The local Lambda knows UTC only.`,
    );
  if (fireAtMs < nowMs)
    refuse(`Invalid Schedule Expression ${ScheduleExpression}. The time of the schedule is in the past.`);
  return fireAtMs;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function refuseMissing(field: string): never {
  return refuse(
    `1 validation error detected: Value at '${field}' failed to satisfy constraint: Member must not be null`,
  );
}

function refuseEnum(field: string, value: string, known: string): never {
  return refuse(
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must satisfy enum value set: [${known}]`,
  );
}

function refuseRange(field: string, value: number, least: number, most: number): never {
  return refuse(
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
  );
}

function refuse(message: string): never {
  throw new ApiError(400, 'ValidationException', message);
}
