import { checkDurability } from './check-durability';
import { checkMigrations, checkName } from './check-identity';
import { checkInput } from './check-input';
import { checkInterval, checkReserve } from './check-times';
import { oneOf, timerMs, wholeNumber } from './checks';
import { Optional, Required } from './rule';

/** What `@LongRunning` may be given. The fields are the known names; `limits` has rules of its own. */
export class LongRunningRules {
  @Required(timerMs(1, 'the length of the safe window, for example 60_000'))
  safeMs: unknown;

  @Required(timerMs(1, 'how often the watchdog looks, for example 5_000'), checkInterval)
  intervalMs: unknown;

  @Optional(
    timerMs(1, 'the time kept for saving and handing over, for example 5_000, or leave it out'),
    checkReserve,
  )
  reserveMs: unknown;

  @Optional(checkName)
  name: unknown;

  @Optional(wholeNumber(1, '1 or the next number up, or leave it out'))
  version: unknown;

  @Optional(checkMigrations)
  migrations: unknown;

  @Optional(checkDurability)
  durability: unknown;

  @Optional(oneOf('pinned', 'latest'))
  continueOn: unknown;

  @Optional(checkInput)
  input: unknown;

  limits: unknown;
}
