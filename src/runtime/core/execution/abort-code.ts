/** Why a step's `signal` aborted. */
export type AbortCode = 'cancelled' | 'safe-window' | 'timeout';
