/** Source of chance for retry jitter. Behind the token `RANDOM`. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}
