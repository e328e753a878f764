import { IsIn } from './class-validator';
import * as judges from './long-running-judges';
import { Judge, type Judged, Optional, WholeMs, WholeNumber } from './rules';
import { say } from './say';

/** What `@LongRunning` may be given. The fields are the known names; `limits` has rules of its own. */
export class LongRunningRules {
  @WholeMs(1, 'the milliseconds at the end of each invocation in which no step starts, for example 60_000')
  safeMs: unknown;

  @Judge('intervalBelowSafe', judges.judgeInterval)
  @WholeMs(1, 'how often the watchdog looks, in milliseconds, for example 5_000')
  intervalMs: unknown;

  @Optional()
  @Judge('reserveBelowSafe', judges.judgeReserve)
  @WholeMs(1, 'the milliseconds kept for saving and handing over, or leave it out')
  reserveMs: unknown;

  @Optional()
  @Judge('name', judges.judgeName)
  name: unknown;

  @Optional()
  @WholeNumber(1, '1 or the next number up, or leave it out')
  version: unknown;

  @Optional()
  @Judge('migrations', judges.judgeMigrations)
  migrations: unknown;

  @Optional()
  @Judge('durability', judges.judgeDurability)
  durability: unknown;

  @Optional()
  @IsIn(
    ['latest', 'pinned'],
    say((_, shown) => ({
      problem: `${shown} must be 'pinned' or 'latest'.`,
      cure: "Set continueOn to 'pinned' or 'latest', or leave it out.",
    })),
  )
  continueOn: unknown;

  @Optional()
  @Judge('input', judges.judgeInput)
  input: unknown;

  @Optional()
  @Judge('limits', (_: Judged<unknown>) => undefined)
  limits: unknown;
}
