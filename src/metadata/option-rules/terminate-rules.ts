import { IsIn } from './class-validator';
import { Optional } from './rules';
import { say } from './say';

const said = say((_, shown) => ({
  problem: `${shown} must be 'cycle' or 'step'.`,
  cure: "Set check to 'cycle' or 'step', or leave it out.",
}));

/** What `@Terminate` may be given. */
export class TerminateRules {
  @Optional()
  @IsIn(['cycle', 'step'], said)
  check: unknown;
}
