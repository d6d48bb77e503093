/** How a sector ends: finalized by its worker, or aborted by its worker or an operator. */
import { SealvisorError } from '../../protocol/errors.js';
import type { SectorReply, SectorView } from '../../protocol/sealer-view.js';
import { formatSectorId, type SectorId } from '../../protocol/sector.js';
import { type Asked, howTold, notPossible } from '../jobs/desk.js';
import { abortReasonOf, reportsAbort } from '../jobs/old-abort.js';
import type { JobReports } from '../jobs/reports.js';
import type { KeptLife, Lives } from './lives.js';

/** A report that belongs to a job of the sector ends the job and leaves the sector as it is. */
export class SectorEnds {
  constructor(
    private readonly lives: Lives,
    private readonly jobs: Pick<JobReports, 'reportFinalized' | 'reportAborted'>,
    private readonly viewOf: (kept: KeptLife) => SectorView,
  ) {}

  /**
   * @throws sector_not_found; state_not_possible for a sector or job that was ended here; its worker learns of it
   * with its reports
   */
  reportFinalized(id: SectorId): void {
    const life = this.lives.of(id);
    const { abortReason, state, failure } = life;
    if (this.jobs.reportFinalized(id)) return;
    if (reportsAbort(state, failure)) {
      this.lives.keep(id, { state: 'Aborted', abortReason: abortReason ?? abortReasonOf(life) });
      return;
    }
    if (abortReason !== null)
      throw new SealvisorError(
        'state_not_possible',
        `sector ${formatSectorId(id)} was aborted (${abortReason}): it cannot be finalized; resume --state Aborted cleans it up`,
      );
    this.lives.keep(id, { state: 'Finished', finalized: true, failure: null });
  }

  /**
   * The first reason is kept: a repeated abort, or one of a finalized or lost sector, changes nothing.
   * @throws sector_not_found
   */
  reportAborted(id: SectorId, reason: string): void {
    const { finalized, abortReason, lost } = this.lives.of(id);
    if (this.jobs.reportAborted(id, reason) || finalized || lost) return;
    this.lives.keep(id, { state: 'Aborted', abortReason: abortReason ?? reason });
  }

  /**
   * An operator aborts a sector: its worker learns of it with its next heartbeat, report or chain call.
   * @throws sector_not_found, state_not_possible
   */
  abort(id: SectorId, asked: Asked): SectorReply {
    const life = this.lives.of(id);
    const name = formatSectorId(id);
    if (life.finalized) throw notPossible(id, 'is finalized: it is proven, and cannot be aborted');
    if (life.abortReason !== null) {
      const message = `sector ${name} was aborted already: ${life.abortReason}`;
      return { ...this.viewOf({ id, life }), changed: false, message };
    }
    const by = asked.by ?? 'operator';
    const abortReason = asked.reason || `aborted by ${by} at the manager`;
    const kept = { id, life: this.lives.keep(id, { abortReason, abortedBy: by }) };
    const message = `sector ${name} is aborted: ${howTold(life.worker)}`;
    return { ...this.viewOf(kept), changed: true, message };
  }
}
