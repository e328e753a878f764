/**
 * Why an invocation ended.
 *
 * - `ok`: the handler answered
 * - `error`: the handler threw
 * - `time-out`: killed at its deadline
 * - `exit`: the process ended by itself, or was killed from outside
 * - `out-of-memory`: the memory limit
 * - `init-error`: the environment could not start
 * - `crash-fault`: killed by a fault that was asked for, or by `kill`
 * - `stopped`: the local Lambda was stopped meanwhile
 */
export type EndReason =
  | 'crash-fault'
  | 'error'
  | 'exit'
  | 'init-error'
  | 'ok'
  | 'out-of-memory'
  | 'stopped'
  | 'time-out';
