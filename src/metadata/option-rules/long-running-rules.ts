import { judgeDurability } from './judge-durability';
import { judgeMigrations, judgeName } from './judge-identity';
import { judgeInput } from './judge-input';
import { judgeInterval, judgeReserve } from './judge-times';
import { oneOf, timerMs, wholeNumber } from './judges';
import { Optional, Required } from './rule';

/** What `@LongRunning` may be given. The fields are the known names; `limits` has rules of its own. */
export class LongRunningRules {
  @Required(timerMs(1, 'the length of the safe window, for example 60_000'))
  safeMs: unknown;

  @Required(timerMs(1, 'how often the watchdog looks, for example 5_000'), judgeInterval)
  intervalMs: unknown;

  @Optional(
    timerMs(1, 'the time kept for saving and handing over, for example 5_000, or leave it out'),
    judgeReserve,
  )
  reserveMs: unknown;

  @Optional(judgeName)
  name: unknown;

  @Optional(wholeNumber(1, '1 or the next number up, or leave it out'))
  version: unknown;

  @Optional(judgeMigrations)
  migrations: unknown;

  @Optional(judgeDurability)
  durability: unknown;

  @Optional(oneOf('pinned', 'latest'))
  continueOn: unknown;

  @Optional(judgeInput)
  input: unknown;

  limits: unknown;
}
