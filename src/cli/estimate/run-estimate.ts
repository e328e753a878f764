import type { EstimateOptions } from '../arguments/estimate-options';
import type { ConsoleStreams } from '../console-streams';
import { choosePaint } from '../view/paint';
import { estimateWork } from './estimate-work';
import { readPrices } from './read-prices';
import { renderEstimate } from './render-estimate';

/** Prints what a workload needs and costs. @returns the exit code */
export async function runEstimate({ prices: given, output, ...work }: EstimateOptions, streams: ConsoleStreams): Promise<number> {
  const { stdout, stdin, environment } = streams;
  const workload = { ...work, prices: await readPrices(given, stdin) };
  const estimate = estimateWork(workload);
  const text = renderEstimate(estimate, workload, choosePaint(environment, stdout.isTTY === true));
  stdout.write(output === 'json' ? `${JSON.stringify({ ...estimate, workload })}\n` : text);
  return 0;
}
