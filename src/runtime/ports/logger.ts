/** Writes structured log lines. Behind the token `LOGGER`; the logger of Powertools for AWS Lambda fits as it is. */
export interface Logger {
  /** For whoever looks for a fault. */
  debug(message: string, fields?: object): void;
  /** For what happens in good order. */
  info(message: string, fields?: object): void;
  /** For what somebody should look at, while the work goes on. */
  warn(message: string, fields?: object): void;
  /** For what has failed. */
  error(message: string, fields?: object): void;
}
