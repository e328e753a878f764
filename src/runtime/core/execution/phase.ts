/**
 * Where an execution stands: before `@OnStart`, before `@Terminate` is asked, before a step, before `@OnComplete`, at a `yield` in it,
 * before `@OnSignal` or `@OnChildEnd`, or before a compensating method.
 * A step that yields stays where it is; only its safe points are counted.
 */
export type Phase =
  | 'check'
  | 'child-end'
  | 'compensate'
  | 'complete'
  | 'completing'
  | 'signal'
  | 'start'
  | 'step';
