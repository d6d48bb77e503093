/** `worker limit | breaker`: how many threads may run a stage at the same time, and what blocks them. */
import { meantText } from '../../../src/config/nearest.js';
import { SealvisorError } from '../../../src/protocol/errors.js';
import type { WorkerReply, WorkerView } from '../../../src/protocol/worker.js';
import { answer, answerControl, answerJson } from '../../output/say.js';
import { breakerTable, limitTable } from '../../output/worker-text.js';
import { ask, operator } from './ask.js';
import type { Asking } from './life.js';

/** Shows all limits or one, or changes one. */
export async function limit(
  name: string | undefined,
  most: string | undefined,
  options: Asking,
): Promise<void> {
  if (name !== undefined && most !== undefined) {
    const body = { limit: mostOf(most), reason: options.reason, by: operator() };
    const path = `/api/v1/limits/${encodeURIComponent(name)}`;
    answerControl(await ask<WorkerReply>(options, 'PUT', path, body), options.json === true);
    return;
  }
  const { limits } = await ask<WorkerView>(options, 'GET', '/api/v1/worker');
  const names = limits.map((each) => each.name);
  const shown = name === undefined ? limits : limits.filter((each) => each.name === name);
  if (name !== undefined && shown.length === 0)
    throw new SealvisorError(
      'usage',
      `no limit is named ${name}: ${meantText(name, names)}there are ${names.join(', ') || 'none'}`,
    );
  if (options.json) answerJson(shown);
  else answer(limitTable(shown));
}

function mostOf(text: string): number | null {
  if (text === 'none') return null;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new SealvisorError(
    'usage',
    `a limit is a whole number from 1, or none, not ${text}: to stop a stage, pause its threads or cordon the worker`,
  );
}

/** Shows all open breakers or one, or closes one. */
export async function breaker(
  stage: string | undefined,
  options: Asking & { readonly close?: boolean },
): Promise<void> {
  if (options.close) {
    if (stage === undefined) throw new SealvisorError('usage', '--close needs the stage: breaker c2 --close');
    const body = { reason: options.reason, by: operator() };
    const path = `/api/v1/breakers/${encodeURIComponent(stage)}/close`;
    answerControl(await ask<WorkerReply>(options, 'POST', path, body), options.json === true);
    return;
  }
  const { breakers } = await ask<WorkerView>(options, 'GET', '/api/v1/worker');
  const isShown = (name: string) => stage === undefined || name.toLowerCase() === stage.toLowerCase();
  const shown = breakers.filter((each) => isShown(each.stage));
  if (options.json) answerJson(shown);
  else answer(breakerTable(shown, Date.now()));
}
