import type { JobFault } from '../errors';
import type { ContinueOn } from '../runtime/adapters/lambda/lambda-sender';
import { isLogLevel, type LogLevel } from '../runtime/adapters/node/loggers';
import type { SchedulerSettings } from '../runtime/adapters/scheduler/scheduler-sender';
import {
  chooseStore,
  findStoreConflicts,
  readStoreNames,
  type StoreSettings,
  sharedStoreVariables,
} from '../runtime/adapters/store/stores';
import { isLocalLambda } from '../runtime/core/execution/local-time';

/** What the environment says. Read once, when the handler is created. */
export interface Settings {
  readonly queueUrl: string | undefined;
  /** Who makes schedules for long waits; undefined when there are none. */
  readonly scheduler?: SchedulerSettings;
  readonly continueOn: ContinueOn | undefined;
  readonly logLevel: LogLevel | undefined;
  /** Where executions are kept; undefined when the state travels in the continuation alone. */
  readonly store: StoreSettings | undefined;
  /** The first signs continuations, each of them is good for reading; empty when they are not signed. */
  readonly signingKeys: readonly string[];
  /** How long an owner must have been silent before its own delivery takes over, in milliseconds. */
  readonly retryAfterMs: number;
  /** Whether Lambda, or a local one, runs this process. */
  readonly isOnLambda: boolean;
}

/** The environment's settings, and what is wrong with them. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): {
  settings: Settings;
  faults: JobFault[];
} {
  const faults: JobFault[] = [];
  const { BATON_QUEUE_URL: queueUrl, BATON_CONTINUE_ON: continueOn, BATON_LOG_LEVEL } = environment;
  const logLevel = BATON_LOG_LEVEL?.toLowerCase();
  if (queueUrl && !isQueueUrl(queueUrl))
    faults.push(refuse('BATON_QUEUE_URL', queueUrl, 'the URL of an SQS queue'));
  if (continueOn && continueOn !== 'latest' && continueOn !== 'pinned')
    faults.push(refuse('BATON_CONTINUE_ON', continueOn, 'pinned or latest'));
  if (logLevel && !isLogLevel(logLevel))
    faults.push(refuse('BATON_LOG_LEVEL', logLevel, 'debug, info, warn or error'));
  const scheduler = readScheduler(environment, faults);
  const signingKeys = readKeys(environment.BATON_SIGNING_KEY);
  if (signingKeys.includes('')) faults.push(refuseEmptyKey());
  if (signingKeys.some((key) => key !== '' && Buffer.byteLength(key) < minKeyBytes))
    faults.push(refuseShortKey());
  const storeNames = readStoreNames(environment);
  for (const { variable } of findStoreConflicts(storeNames)) faults.push(refuseTwoStores(variable));
  return {
    settings: {
      queueUrl: queueUrl && isQueueUrl(queueUrl) ? queueUrl : undefined,
      ...(scheduler && { scheduler }),
      continueOn: continueOn === 'latest' || continueOn === 'pinned' ? continueOn : undefined,
      logLevel: logLevel && isLogLevel(logLevel) ? logLevel : undefined,
      store: chooseStore(storeNames),
      signingKeys,
      retryAfterMs: readRetryAfterMs(environment.BATON_RETRY_AFTER_MS, faults),
      isOnLambda: Boolean(environment.AWS_LAMBDA_RUNTIME_API),
    },
    faults,
  };
}

/** AWS retries a failed event after a minute: what comes much sooner is a duplicate. */
const defaultRetryAfterMs = 50_000;

function readRetryAfterMs(text: string | undefined, faults: JobFault[]): number {
  if (!text) return defaultRetryAfterMs;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  faults.push(refuse('BATON_RETRY_AFTER_MS', text, 'a whole number of milliseconds, 0 or more'));
  return defaultRetryAfterMs;
}

const roleArn = /^arn:[^:]+:iam::\d{12}:role\/.+$/;
const scheduleGroup = /^[0-9a-zA-Z-_.]{1,64}$/;

/** The local Lambda fires to the second, so that nobody waits for a minute here. */
const localPrecisionMs = 1_000;

function readScheduler(
  environment: Readonly<Record<string, string | undefined>>,
  faults: JobFault[],
): SchedulerSettings | undefined {
  const { BATON_SCHEDULER_ROLE_ARN: role, BATON_SCHEDULER_GROUP: group } = environment;
  if (role && !roleArn.test(role))
    faults.push(refuse('BATON_SCHEDULER_ROLE_ARN', role, 'the ARN of an IAM role'));
  if (group && !scheduleGroup.test(group))
    faults.push(refuse('BATON_SCHEDULER_GROUP', group, 'the name of a schedule group'));
  if (!role || !roleArn.test(role)) return undefined;
  const precisionMs = isLocalLambda(environment) ? localPrecisionMs : undefined;
  return { roleArn: role, ...(group && { group }), ...(precisionMs && { precisionMs }) };
}

/** An ARN can be read as a URL too, but nothing can be sent to it. */
function isQueueUrl(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}

function refuse(name: string, value: string, expected: string): JobFault {
  return {
    problem: `Environment variable ${name} is ${JSON.stringify(value)}, which is not ${expected}.`,
    fix: `Set ${name} to ${expected}, or leave it out.`,
  };
}

/** Keys are separated by commas: while they are changed, the new one stands first. */
function readKeys(text: string | undefined): string[] {
  return text ? text.split(',').map((key) => key.trim()) : [];
}

/** The shortest signing key, in bytes: 128 bits cannot be tried out. */
const minKeyBytes = 16;

/** Its value is a secret, so it is not shown. */
function refuseShortKey(): JobFault {
  return {
    problem: `Environment variable BATON_SIGNING_KEY has a key of fewer than ${minKeyBytes} bytes, which can be guessed.`,
    fix: 'Make one: openssl rand -hex 32.',
  };
}

/** Its value is a secret, so it is not shown. */
function refuseEmptyKey(): JobFault {
  return {
    problem:
      'Environment variable BATON_SIGNING_KEY has an empty key: before, after or between its commas, or nothing but spaces.',
    fix: 'Give one key, or the new one and the old one with a comma between them.',
  };
}

/** Fails closed: an execution must not be looked for in one place and kept in another. */
function refuseTwoStores(name: string): JobFault {
  return {
    problem: `Environment variables BATON_DIRECTORY and ${name} are both set, and executions are kept in one place.`,
    fix: `Leave one of them out: BATON_DIRECTORY is for this machine or EFS, ${sharedStoreVariables} for Lambda.`,
  };
}
