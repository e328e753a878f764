import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { nameToken } from './name-token';

/** Begins the message of a circle that was found; what follows is the way round. */
export const circleMark = 'circular dependency: ';

/**
 * Makes one of our own containers refuse dependencies that lead back to themselves.
 * tsyringe follows them until the call stack ends, and then writes a message for each level into the next: minutes, and a gigabyte.
 *
 * Resolution is synchronous, and what a container resolves it resolves through its own `resolve`: so a list of what is under way will do.
 */
export function refuseCircles(container: DependencyContainer): DependencyContainer {
  const underWay: InjectionToken[] = [];
  const resolve = container.resolve.bind(container) as (token: InjectionToken, ...rest: unknown[]) => unknown;
  container.resolve = ((token: InjectionToken, ...rest: unknown[]) => {
    const start = underWay.indexOf(token);
    if (start >= 0) throw new Error(circleMark + [...underWay.slice(start), token].map(nameToken).join(' → '));
    underWay.push(token);
    try {
      return resolve(token, ...rest);
    } finally {
      underWay.pop();
    }
  }) as DependencyContainer['resolve'];
  return container;
}
