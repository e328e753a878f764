/** Writes structured log lines. Behind the token `LOGGER`; the logger of Powertools for AWS Lambda fits as it is. */
export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}
