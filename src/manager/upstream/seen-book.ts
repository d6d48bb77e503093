/** What was seen of each sector: the latest sighting in memory, and the changes that are not written yet. */
import { timestamp } from '../../protocol/clock.js';
import { faultFields } from '../../protocol/events/event.js';
import type { Emit } from '../../protocol/events/table.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import type { SeenStep, UpstreamStore } from '../../store/upstream-store.js';
import { type SeenCall, type Sighting, stepOf } from './sighting.js';

export interface SeenEntry {
  readonly id: SectorId;
  readonly sighting: Sighting;
  readonly lastText: string;
  readonly writtenMs: number;
}

/** The most finished and aborted sectors that are kept; above it the oldest sightings are removed. */
const mostOver = 20_000;
/** How many more there may be before any are removed. */
const slack = 500;

/** A repeated report is written only after this long. */
const againMs = 60_000;

const unseen = (nowMs: number): Sighting => ({
  proofType: null,
  state: '',
  worker: null,
  failure: null,
  deals: null,
  messages: { preCommit: 0, proof: 0 },
  persistedIn: null,
  isUpgraded: false,
  finalized: false,
  abortReason: null,
  firstMs: nowMs,
  heardMs: nowMs,
});

export class SeenBook {
  readonly #entries: Map<string, SeenEntry>;
  readonly #changed = new Set<string>();
  readonly #gone = new Map<string, SectorId>();
  #steps: SeenStep[] = [];
  #over: number;
  #isFailing = false;

  constructor(
    private readonly store: UpstreamStore,
    private readonly emit: Emit,
    private readonly most = mostOver,
  ) {
    this.#entries = new Map(
      store.seen().map(({ miner, number, body }) => {
        const id = { miner, number };
        // Written only below; fields that an older version did not write get their value from `unseen`.
        const sighting = { ...unseen(0), ...(JSON.parse(body) as Partial<Sighting>) };
        const lastText = store.stepsOf(miner, number, 1)[0]?.text ?? '';
        return [formatSectorId(id), { id, sighting, lastText, writtenMs: sighting.heardMs }];
      }),
    );
    this.#over = this.all().filter(isOver).length;
  }

  take(call: SeenCall, nowMs: number): void {
    const step = stepOf(call);
    if (!step) return;
    const name = formatSectorId(step.id);
    const known = this.#entries.get(name);
    // A refusal does not prove that the sector exists.
    if (!known && 'error' in call.answer) return;
    const before = known ?? { id: step.id, sighting: unseen(nowMs), lastText: '', writtenMs: 0 };
    const sighting = { ...before.sighting, ...step.change(before.sighting), heardMs: nowMs };
    const isNews = step.text !== before.lastText;
    const entry = { ...before, sighting, lastText: step.text };
    this.#entries.set(name, entry);
    this.#gone.delete(name);
    if (isOver(entry) && !isOver(before)) this.#over += 1;
    if (isNews || nowMs - before.writtenMs >= againMs) this.#changed.add(name);
    if (!isNews) return;
    const worker = sighting.worker?.name ?? null;
    this.#steps.push({ at: timestamp(nowMs), ...step.id, method: call.method, worker, text: step.text });
    this.emit({
      event: 'sector.seen',
      sector: name,
      method: call.method,
      step: step.text,
      worker: worker ?? undefined,
    });
  }

  write(): void {
    if (this.#over > this.most + slack) this.#forgetOldest();
    if (this.#changed.size === 0 && this.#gone.size === 0) return;
    const entries = [...this.#changed].flatMap((name) => this.#entries.get(name) ?? []);
    const rows = entries.map(({ id, sighting }) => ({ ...id, body: JSON.stringify(sighting) }));
    const steps = this.#steps;
    // If the write fails, the latest sighting of each sector is written later, but these steps are lost.
    this.#steps = [];
    try {
      this.store.putSeen(rows, steps, [...this.#gone.values()]);
    } catch (error) {
      if (!this.#isFailing) this.emit({ event: 'sightings.notKept', ...faultFields(error) });
      this.#isFailing = true;
      return;
    }
    if (this.#isFailing) this.emit({ event: 'sightings.keptAgain' });
    this.#isFailing = false;
    this.#changed.clear();
    this.#gone.clear();
    for (const entry of entries)
      this.#entries.set(formatSectorId(entry.id), { ...entry, writtenMs: entry.sighting.heardMs });
  }

  #forgetOldest(): void {
    const over = this.all().filter(isOver);
    const oldest = over.toSorted((a, b) => a.sighting.heardMs - b.sighting.heardMs);
    for (const { id } of oldest.slice(0, over.length - this.most)) {
      const name = formatSectorId(id);
      this.#entries.delete(name);
      this.#changed.delete(name);
      this.#gone.set(name, id);
    }
    this.#over = Math.min(over.length, this.most);
  }

  find(id: SectorId): SeenEntry | undefined {
    return this.#entries.get(formatSectorId(id));
  }

  /** By miner, then by number. */
  all(): readonly SeenEntry[] {
    return [...this.#entries.values()].toSorted(
      (a, b) => a.id.miner - b.id.miner || a.id.number - b.id.number,
    );
  }
}

function isOver({ sighting }: SeenEntry): boolean {
  return sighting.finalized || sighting.abortReason !== null;
}
