import { setMaxListeners } from 'node:events';

/** Makes a controller whose signal any number of requests may listen to at once. Node takes more than ten for a leak, and warns. */
export function createAbortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
