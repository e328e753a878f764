/** The longest delay that Node's own timers take, in milliseconds, about 24.8 days; a longer one would fire at once. */
export const maxTimerMs = 2_147_483_647;
