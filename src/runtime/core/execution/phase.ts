/**
 * Where an execution stands: before `@OnStart`, before `@Terminate` is asked, before a step, before `@OnComplete`, at a `yield` in it, or
 * before `@OnSignal`.
 * A step that yields stays where it is; only its safe points are counted.
 */
export type Phase = 'check' | 'complete' | 'completing' | 'signal' | 'start' | 'step';
