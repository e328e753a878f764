import type { JobFault } from '../errors';
import { findUnknownNames } from '../metadata/option-rules/check-options';
import { isPlainObject } from '../metadata/option-rules/rule';
import { nameToken } from './container';
import { describeToken, isToken } from './injection';
import {
  CHECKPOINT_STORE,
  CLOCK,
  CONTINUATION_SENDERS,
  LAMBDA_CLIENT,
  LOGGER,
  OBSERVERS,
  RANDOM,
  SCHEDULER_CLIENT,
  SQS_CLIENT,
  STATE_CODEC,
  TIMER,
} from './tokens';

const optionNames = ['container', 'providers'];
const kinds = ['useValue', 'useClass', 'useFactory', 'useToken'] as const;
const example = '{ token, useValue }';

/** What a value must be able to do that is provided for one of our tokens. */
const neededMethods = new Map<unknown, readonly string[]>([
  [LAMBDA_CLIENT, ['send']],
  [SCHEDULER_CLIENT, ['send']],
  [SQS_CLIENT, ['send']],
  [CLOCK, ['now']],
  [TIMER, ['every', 'once']],
  [RANDOM, ['next']],
  [LOGGER, ['debug', 'info', 'warn', 'error']],
  [STATE_CODEC, ['encode', 'decode']],
  [CHECKPOINT_STORE, ['load', 'save']],
]);

/** What each item of a list must be able to do that is provided for one of our tokens. */
const lists = new Map<unknown, { readonly items: string; readonly method: string; readonly fix: string }>([
  [
    CONTINUATION_SENDERS,
    {
      items: 'senders',
      method: 'send',
      fix: 'Give a list: [sender, …], each with channel, maxBytes and send.',
    },
  ],
  [
    OBSERVERS,
    { items: 'observers', method: 'on', fix: 'Give a list: [observer, …], each with a method on(event).' },
  ],
]);

/** What is left of the options of `createHandler` when everything that is wrong with them has been told. */
export interface CheckedOptions {
  readonly container: unknown;
  readonly providers: readonly object[];
  readonly faults: JobFault[];
}

/** Checks the options of `createHandler`: their names, the container, and each provider. Calls nothing of the user's. */
export function checkHandlerOptions(options: unknown): CheckedOptions {
  const given = copyFields(options);
  if (given === undefined) {
    const problem = `createHandler: the options (${describeValue(options)}) must be a plain object that can be read.`;
    return {
      container: undefined,
      providers: [],
      faults: [{ problem, fix: `Write createHandler(Job, { providers: [${example}] }).` }],
    };
  }
  const faults = findUnknownNames(Object.keys(given), optionNames, {}).map((fault) =>
    place('createHandler', fault),
  );
  const { container, providers = [] } = given;
  if (container !== undefined && !isContainer(container)) {
    faults.push({
      problem: `createHandler: container (${describeValue(container)}) is no container of tsyringe.`,
      fix: 'Pass what container.createChildContainer() of tsyringe returns, or leave it out.',
    });
  }
  if (!Array.isArray(providers)) {
    const problem = `createHandler: providers (${describeValue(providers)}) must be a list.`;
    faults.push({ problem, fix: `Write providers: [${example}].` });
    return { container: isContainer(container) ? container : undefined, providers: [], faults };
  }
  const good = providers.filter((provider, index) => {
    const found = findProviderFaults(provider).map((fault) =>
      place(`createHandler: providers[${index}]`, fault),
    );
    faults.push(...found);
    return found.length === 0;
  });
  return { container: isContainer(container) ? container : undefined, providers: good, faults };
}

function place(where: string, { problem, fix }: JobFault): JobFault {
  return { problem: `${where}: ${problem}`, fix };
}

function findProviderFaults(provider: unknown): JobFault[] {
  const given = copyFields(provider);
  if (given === undefined)
    return [{ problem: `${describeValue(provider)} is no provider.`, fix: `Write ${example}.` }];
  const { token } = given;
  const faults = [...findUnknownNames(Object.keys(given), ['token', 'options', ...kinds], {})];
  if (!isToken(token)) {
    faults.push({
      problem: `its token is ${describeValue(token)}.`,
      fix: 'Give a symbol, a text or a class; an import that is undefined comes from two files that import each other.',
    });
  }
  const named = kinds.filter((kind) => given[kind] !== undefined && given[kind] !== null);
  const [kind, another] = named;
  if (kind === undefined && faults.length === 0) {
    const empty = kinds.find((name) => name in given);
    const what = empty === undefined ? 'provides nothing' : `${empty} is ${given[empty]}`;
    faults.push({
      problem: `the provider of ${describeToken(token)}: ${what}.`,
      fix: `Write one of ${kinds.join(', ')}.`,
    });
  }
  if (another !== undefined) {
    faults.push({
      problem: `the provider of ${describeToken(token)} has ${named.join(' and ')}.`,
      fix: 'Leave one of them.',
    });
  } else if (kind !== undefined) faults.push(...findValueFaults(kind, token, given[kind]));
  return faults;
}

function findValueFaults(kind: (typeof kinds)[number], token: unknown, value: unknown): JobFault[] {
  const what = `the provider of ${describeToken(token)}`;
  if (kind === 'useToken' && !isToken(value)) {
    return [
      {
        problem: `${what}: useToken is ${describeValue(value)}.`,
        fix: 'Give another token: a symbol, a text or a class.',
      },
    ];
  }
  if ((kind === 'useClass' || kind === 'useFactory') && typeof value !== 'function') {
    const fix =
      kind === 'useClass'
        ? 'Give a class, or use useValue for what is made already.'
        : 'Give a function: (container) => value.';
    return [{ problem: `${what}: ${kind} is ${describeValue(value)}.`, fix }];
  }
  return kind === 'useValue' ? findCollaboratorFaults(what, token, value) : [];
}

function findCollaboratorFaults(what: string, token: unknown, value: unknown): JobFault[] {
  const list = lists.get(token);
  if (list !== undefined && !(Array.isArray(value) && value.every((item) => hasMethod(item, list.method))))
    return [{ problem: `${what} is no list of ${list.items}.`, fix: list.fix }];
  const missing = (neededMethods.get(token) ?? []).filter((method) => !hasMethod(value, method));
  if (missing.length === 0) return [];
  return [
    {
      problem: `${what} cannot ${missing.join(', ')}.`,
      fix: `Give an object with the methods of that port: ${nameToken(token)}.`,
    },
  ];
}

function hasMethod(value: unknown, name: string): boolean {
  try {
    return typeof (value as Record<string, unknown>)[name] === 'function';
  } catch {
    return false;
  }
}

function isContainer(value: unknown): boolean {
  return ['createChildContainer', 'register', 'resolve', 'isRegistered'].every((name) =>
    hasMethod(value, name),
  );
}

function copyFields(given: unknown): Record<string, unknown> | undefined {
  try {
    return isPlainObject(given) ? { ...given } : undefined;
  } catch {
    return undefined;
  }
}

function describeValue(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null
    ? 'an object'
    : typeof value === 'string'
      ? JSON.stringify(value)
      : String(value);
}
