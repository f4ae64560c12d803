import { ApplicationFailure, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { board } from '../../model/state/board.js';
import type { JsonObject } from '../../model/json.js';
import {
  type ApproveMessage,
  type ChooseMessage,
  MESSAGE_NAMES,
  type MessageName,
  type Messages,
  QUERY_BOARD,
  QUERY_STATE,
  type Receipt,
  SIGNED_FIELDS,
} from '../../model/people/message.js';
import { parseMessage } from '../../model/people/parse-message.js';
import { readable } from '../../model/text/readable.js';
import type { SigningPlan, Proof } from '../../model/signing/signing.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { Vote } from '../../model/people/approval.js';
import { changed } from '../changes.js';
import { now, type OpenAnswer, type Session } from '../session.js';
import { bindsToFiles, boundProblem } from './bound.js';
import { abort, approvalBy, HANDLERS, lateProblem, refuse } from './handlers.js';
import { isSigned, vouch } from './vouch.js';

/** Refusals kept in the state; a flood of junk must not grow it. All of them are in the history anyhow. */
const KEPT_REFUSALS = 20;
/** Refusals that the evidence names one by one where signatures are asked for. */
const NOTED_REFUSALS = 500;

/** Longest text that is told again of a refused message. */
const TOLD = 300;

/** The message of an approval: a name says what its message is. */
const isApprove = (name: MessageName, _message: object): _message is ApproveMessage => name === 'approve';

/** What a refused message said, without its proof, which proves nothing, and cut: a flood must not fill the evidence. */
function boundedSaid(said: JsonObject): JsonObject {
  const told = Object.entries(said).filter(([field]) => !Object.hasOwn(SIGNED_FIELDS, field));
  return Object.fromEntries(
    told.map(([field, value]) => [field, typeof value === 'string' ? readable(value, TOLD) : value]),
  );
}

/** Receives every message from people: the same for Updates (which answer) and Signals (which do not). */
export class Desk implements OpenAnswer {
  choice: ChooseMessage | undefined;
  proof: Proof | undefined;

  constructor(private readonly session: Session) {
    session.desk = this;
    for (const name of MESSAGE_NAMES) this.listen(name);
    setHandler(defineQuery<GoLiveState>(QUERY_STATE), () => session.state);
    setHandler(defineQuery<string>(QUERY_BOARD), () => board(session.state, Date.now()));
  }

  private listen(name: MessageName): void {
    setHandler(defineUpdate<Receipt, [unknown]>(name), (raw) => this.receive(name, raw, 'update'), {
      validator: (raw) => {
        const parsed = parseMessage(name, raw);
        if (!parsed.ok) throw ApplicationFailure.nonRetryable(parsed.problem, 'BAD_INPUT');
      },
    });
    // A signal that cannot be read must never throw: it would wedge or fail the go-live.
    setHandler(defineSignal<[unknown]>(name), async (raw) => void (await this.receive(name, raw, 'signal')));
  }

  private receive<N extends MessageName>(name: N, raw: unknown, via: Vote['via']): Receipt | Promise<Receipt> {
    const parsed = parseMessage(name, raw);
    if (!parsed.ok) return this.record(name, {}, via, refuse(parsed.problem, 'Send it again, corrected.'));
    const { message } = parsed;
    const { signing } = this.session.plan;
    // Before `abort-is-for-people` anybody could abort, and nothing was signed for it.
    const proven = name !== 'abort' || changed('abort-is-for-people');
    if (signing?.level === 'signed' && proven) return this.receiveSigned(name, message, via, signing);
    return this.settle(name, message, via);
  }

  /** Does what a message asks for; an approval counts only where what it binds to is as it was when it was asked. */
  private settle<N extends MessageName>(
    name: N,
    message: Messages[N],
    via: Vote['via'],
    proof?: Proof,
  ): Receipt | Promise<Receipt> {
    const act = () => this.record(name, message, via, this.handle(name, message, via, proof));
    const approval = isApprove(name, message) ? approvalBy(this.session, message, via, proof) : undefined;
    if (!approval || !bindsToFiles(this.session, approval)) return act();
    return boundProblem(this.session, approval).then((problem) =>
      problem ? this.record(name, message, via, problem) : act(),
    );
  }

  private async receiveSigned<N extends MessageName>(
    name: N,
    message: Messages[N],
    via: Vote['via'],
    signing: SigningPlan,
  ): Promise<Receipt> {
    const vouched = await vouch(this.session, name, message, signing);
    if (!vouched.ok) return this.record(name, message, via, vouched.receipt);
    return this.settle(name, message, via, vouched.proof);
  }

  /** Writes down what came of a message. */
  private record(name: MessageName, message: object, via: Vote['via'], receipt: Receipt): Receipt {
    const said = message as JsonObject;
    if (receipt.accepted) this.session.note(`message.${name}`, { via, said });
    else {
      const by = typeof said.by === 'string' ? readable(said.by, 120) : 'unknown';
      const reason = readable(receipt.reason, TOLD);
      const { refusals } = this.session.state;
      this.session.refused += 1;
      if (refusals.length < KEPT_REFUSALS) {
        refusals.push({ at: now(), message: name, by, reason, hint: readable(receipt.hint, TOLD) });
      }
      if (this.session.refused <= (isSigned(this.session) ? NOTED_REFUSALS : KEPT_REFUSALS)) {
        this.session.note('message.refused', { message: name, via, said: boundedSaid(said), reason });
      }
    }
    this.session.show();
    return receipt;
  }

  private handle<N extends MessageName>(name: N, message: Messages[N], via: Vote['via'], proof?: Proof): Receipt {
    return this.inTime((session) => HANDLERS[name](message, { session, desk: this, via, proof }));
  }

  /** Stops the go-live without a message: Temporal's own cancel asks for the same. */
  abort(message: Messages['abort']): Receipt {
    return this.inTime((session) => abort(message, { session, own: true }));
  }

  /** Once the verdict is set, nothing is changed any more, whoever asks. */
  private inTime(act: (session: Session) => Receipt): Receipt {
    return lateProblem(this.session.state) ?? act(this.session);
  }
}
