/** One option of a command, as it is parsed and as the help shows it. */
export interface OptionSpec {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What stands for the value in the help; an option without is a switch. */
  readonly value?: string;
  /** Whether it may be given more than once. */
  readonly isRepeatable?: boolean;
  /** Lines of the help. */
  readonly help: readonly string[];
  /** Heading that it stands under in the help. */
  readonly group: string;
}
