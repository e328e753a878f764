import type { JobFault } from '../errors';
import { findNearestName } from '../errors/nearest-name';
import { isSignalName } from '../runtime/core/execution/directives';
import type {
  HookPlan,
  JobPlan,
  SignalPlan,
  StateFieldPlan,
  StepPlan,
} from '../runtime/core/execution/job-plan';
import { defaultRetryPolicy } from '../runtime/core/execution/retry-policy';
import { collectMembers, type Member } from './collect-members';
import { type DecoratorName, type HookDecorator, hookDecorators } from './declaration';
import type { Ancestor } from './lineage';
import { checkOptions } from './option-rules/check-options';
import { RetryRules, SignalRules, StateRules, StepRules, TerminateRules } from './option-rules/rules';

/** The part of a plan that the decorators on members decide. */
type JobMembers = Pick<JobPlan, 'hooks' | 'signals' | 'state' | 'steps' | 'terminate'>;

/** Reads and checks steps, state, the `@Terminate` predicate and hooks. */
export function readMembers(jobClass: object, lineage: readonly Ancestor[], faults: JobFault[]): JobMembers {
  const members = collectMembers(lineage, faults);
  const pick = (decorator: DecoratorName) =>
    members.filter(({ declaration }) => declaration.decorator === decorator);
  for (const member of members) {
    const fault = findOverrideFault(jobClass, member);
    if (fault) faults.push(fault);
  }
  if (!isDeclared('Step', lineage)) {
    faults.push({
      problem: `${label(lineage)} has no @Step, so it would do nothing.`,
      fix: 'Write @Step() above the method that does the work.',
    });
  }
  const steps = pick('Step').map((member) => readStep(member, faults));
  faults.push(...findCompensationFaults(jobClass, members, steps));
  return {
    steps: Object.freeze(steps),
    state: Object.freeze(pick('State').map((member) => readStateField(member, faults))),
    terminate: readTerminate(pick('Terminate'), lineage, faults),
    hooks: readHooks(members, lineage, faults),
    ...readSignals(pick('OnSignal'), faults),
  };
}

function readStep({ name, declaration, where }: Member, faults: JobFault[]): StepPlan {
  const given = checkOptions(StepRules, declaration.options, {
    where,
    inner: { retry: RetryRules },
    faults,
  }) as Partial<StepPlan>;
  const retry = checkOptions(RetryRules, given.retry, { where, within: 'retry', faults });
  return Object.freeze({
    method: name,
    once: given.once ?? false,
    retry: Object.freeze({ ...defaultRetryPolicy, ...retry }),
    timeoutMs: given.timeoutMs,
    minBudgetMs: given.minBudgetMs ?? 0,
    ...(given.compensate !== undefined && { compensate: given.compensate }),
  });
}

function readStateField({ name, declaration, where }: Member, faults: JobFault[]): StateFieldPlan {
  const { codec, secret = false } = checkOptions(StateRules, declaration.options, {
    where,
    faults,
  }) as Partial<StateFieldPlan>;
  return Object.freeze({ field: name, codec, secret });
}

function readTerminate(
  predicates: readonly Member[],
  lineage: readonly Ancestor[],
  faults: JobFault[],
): JobPlan['terminate'] {
  if (!isDeclared('Terminate', lineage)) {
    faults.push({
      problem: `${label(lineage)} has no @Terminate, so it would never end.`,
      fix: 'Write @Terminate() above a method that returns true when the work is done.',
    });
  }
  if (predicates.length > 1) {
    const places = predicates.map(({ ancestor, name }) => `${ancestor.name}.${name}`).join(' and ');
    faults.push({
      problem: `${label(lineage)} has ${predicates.length} @Terminate methods, ${places}.`,
      fix: 'Keep one, and let it ask all questions.',
    });
  }
  const [first] = predicates;
  if (first === undefined) return { method: '', check: 'cycle' };
  const { check = 'cycle' } = checkOptions(TerminateRules, first.declaration.options, {
    where: first.where,
    faults,
  }) as {
    check?: 'cycle' | 'step';
  };
  return Object.freeze({ method: first.name, check });
}

/** Says whether a decorator was used at all, if only in a wrong place: then that is the fault to report. */
function isDeclared(decorator: DecoratorName, lineage: readonly Ancestor[]): boolean {
  return lineage.some(({ onMembers, onClass }) =>
    [...onMembers, ...onClass].some((declaration) => declaration.decorator === decorator),
  );
}

function label(lineage: readonly Ancestor[]): string {
  return lineage.at(-1)?.label ?? '';
}

/** Finds a method that a subclass has replaced by something that cannot be called. Runs no getter. */
function findOverrideFault(jobClass: object, { name, declaration, where }: Member): JobFault | undefined {
  if (declaration.decorator === 'State') return undefined;
  const descriptor = findDescriptor((jobClass as { prototype: object }).prototype, name);
  if (typeof descriptor?.value === 'function') return undefined;
  return {
    problem: `${where} is no method any more: a subclass has replaced it by something else.`,
    fix: `Override ${name} with a method, or rename what replaces it.`,
  };
}

/** Finds the compensating methods that are none: they are called with the `StepContext`, and by the runtime for nothing else. */
function findCompensationFaults(
  jobClass: object,
  members: readonly Member[],
  steps: readonly StepPlan[],
): JobFault[] {
  const { prototype } = jobClass as { prototype: object };
  return steps.flatMap(({ method, compensate }) => {
    if (compensate === undefined) return [];
    const step = members.find(({ name }) => name === method);
    const where = `${step?.where}: compensate (${JSON.stringify(compensate)})`;
    const role = members.find(({ name }) => name === compensate)?.declaration.decorator;
    if (role !== undefined)
      return [
        {
          problem: `${where} is @${role}, which undoes nothing.`,
          fix: `Name a method without a decorator that undoes what ${method} does.`,
        },
      ];
    const descriptor = compensate === 'constructor' ? undefined : findDescriptor(prototype, compensate);
    if (typeof descriptor?.value === 'function') return [];
    const nearest = findNearestName(compensate, listMethods(prototype, members));
    return [
      {
        problem: `${where} is no method of the class${nearest === undefined ? '.' : `; did you mean ${nearest}?`}`,
        fix: `Write the method ${nearest ?? compensate}(ctx: StepContext), which undoes what ${method} does, or correct the name.`,
      },
    ];
  });
}

/** The methods that have no decorator. */
function listMethods(prototype: object, members: readonly Member[]): readonly string[] {
  const taken = new Set(members.map(({ name }) => name).concat('constructor'));
  const names: string[] = [];
  for (let current: object = prototype; current !== Object.prototype && current !== null; ) {
    names.push(...Object.getOwnPropertyNames(current).filter((name) => !taken.has(name)));
    current = Object.getPrototypeOf(current);
  }
  return names;
}

function findDescriptor(prototype: object, name: string): PropertyDescriptor | undefined {
  for (let current: object | null = prototype; current !== null; current = Object.getPrototypeOf(current)) {
    const descriptor = Object.getOwnPropertyDescriptor(current, name);
    if (descriptor) return descriptor;
  }
  return undefined;
}

const planKeys: Readonly<Record<HookDecorator, keyof HookPlan>> = {
  OnStart: 'onStart',
  OnResume: 'onResume',
  OnHandoff: 'onHandoff',
  OnComplete: 'onComplete',
  OnFailure: 'onFailure',
  OnCancel: 'onCancel',
  OnChildEnd: 'onChildEnd',
};

/** Finds the method of each hook: the most derived class that declares one wins, and each class declares at most one. */
function readHooks(members: readonly Member[], lineage: readonly Ancestor[], faults: JobFault[]): HookPlan {
  const hooks: { -readonly [Key in keyof HookPlan]: HookPlan[Key] } = {};
  for (const decorator of hookDecorators) {
    for (const ancestor of lineage) {
      const [first, second] = members.filter(
        (member) => member.declaration.decorator === decorator && member.ancestor === ancestor,
      );
      if (first) hooks[planKeys[decorator]] = first.name;
      if (first?.declaration.options !== undefined)
        faults.push({ problem: `${first.where} takes no options.`, fix: `Write @${decorator}().` });
      if (second)
        faults.push({
          problem: `${second.where} is the second in ${ancestor.label}, after ${first?.name}.`,
          fix: `Keep one @${decorator}.`,
        });
    }
  }
  return Object.freeze(hooks);
}

/** Reads the `@OnSignal` methods: for each name the most derived class that declares one wins, and each class declares at most one. */
function readSignals(
  members: readonly Member[],
  faults: JobFault[],
): { readonly signals?: readonly SignalPlan[] } {
  const byName = new Map<string, { readonly plan: SignalPlan; readonly member: Member }>();
  for (const member of members) {
    const { name, options } = member.declaration.options as { name?: unknown; options?: unknown };
    if (!isSignalName(name)) {
      faults.push({
        problem: `${member.where} names no signal.`,
        fix: "Write @OnSignal('approved'): 1 to 64 letters, digits, dots, underscores, colons or hyphens.",
      });
      continue;
    }
    const { payload } = checkOptions(SignalRules, options, { where: member.where, faults });
    const earlier = byName.get(name);
    if (earlier?.member.ancestor === member.ancestor)
      faults.push({
        problem: `${member.where} is the second for signal ${name} in ${member.ancestor.label}, after ${earlier.member.name}.`,
        fix: `Keep one @OnSignal('${name}').`,
      });
    byName.set(name, { plan: Object.freeze({ method: member.name, name, payload }), member });
  }
  const signals = [...byName.values()].map(({ plan }) => plan);
  return signals.length === 0 ? {} : { signals: Object.freeze(signals) };
}
