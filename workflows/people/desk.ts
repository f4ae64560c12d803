import { ApplicationFailure, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { judgeVote, roleProblem } from '../../model/people/approval.js';
import { board } from '../../model/state/board.js';
import type { JsonObject } from '../../model/json.js';
import {
  type AbortMessage,
  type ApproveMessage,
  type ChooseMessage,
  MESSAGE_NAMES,
  type MessageName,
  type Messages,
  needsReason,
  QUERY_BOARD,
  QUERY_STATE,
  type Receipt,
  type TickMessage,
  type WaiveMessage,
} from '../../model/people/message.js';
import { approvalsOf } from '../../model/state/open-state.js';
import { parseMessage } from '../../model/people/parse-message.js';
import type { SigningPlan } from '../../model/signing/signing.js';
import type { GoLiveState, Proof, Vote } from '../../model/state/state.js';
import { itemTicked } from '../../model/state/transitions.js';
import { judgeWaiver } from '../../model/judge/waiver.js';
import { now, type Session } from '../session.js';
import { isSigned, vouch } from './vouch.js';

/** Refusals kept in the state; a flood of junk must not grow it. All of them are in the history anyhow. */
const KEPT_REFUSALS = 20;
/** Refusals that the evidence names one by one where signatures are asked for. */
const NOTED_REFUSALS = 500;

const refuse = (reason: string, hint: string): Receipt => ({ accepted: false, reason, hint });

/** Receives every message from people: the same for Updates (which answer) and Signals (which do not). */
export class Desk {
  /** The operator's answer to the question that is open now. */
  choice: ChooseMessage | undefined;
  /** What proves that answer, where answers are signed. */
  proof: Proof | undefined;

  constructor(private readonly session: Session) {
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

  private receive(name: MessageName, raw: unknown, via: Vote['via']): Receipt | Promise<Receipt> {
    const parsed = parseMessage(name, raw);
    if (!parsed.ok) return this.settle(name, {}, via, refuse(parsed.problem, 'Send it again, corrected.'));
    const { message } = parsed;
    const { signing } = this.session.plan;
    // To stop is safe for anybody to ask; everything else lets the go-live go on.
    if (signing?.level === 'signed' && name !== 'abort') return this.receiveSigned(name, message, via, signing);
    return this.settle(name, message, via, this.handle(name, message, via));
  }

  private async receiveSigned(
    name: MessageName,
    message: Messages[MessageName],
    via: Vote['via'],
    signing: SigningPlan,
  ): Promise<Receipt> {
    const vouched = await vouch(this.session, name, message, signing);
    const receipt = vouched.ok ? this.handle(name, message, via, vouched.proof) : vouched.receipt;
    return this.settle(name, message, via, receipt);
  }

  /** Writes down what came of a message. */
  private settle(name: MessageName, message: object, via: Vote['via'], receipt: Receipt): Receipt {
    const said = message as JsonObject;
    if (receipt.accepted) this.session.note(`message.${name}`, { via, said });
    else {
      const by = typeof said.by === 'string' ? said.by : 'unknown';
      const { refusals } = this.session.state;
      this.session.refused += 1;
      if (refusals.length < KEPT_REFUSALS) {
        refusals.push({ at: now(), message: name, by, reason: receipt.reason, hint: receipt.hint });
      }
      if (this.session.refused <= (isSigned(this.session) ? NOTED_REFUSALS : KEPT_REFUSALS)) {
        this.session.note('message.refused', { message: name, via, said, reason: receipt.reason });
      }
    }
    this.session.show();
    return receipt;
  }

  private handle(name: MessageName, message: Messages[MessageName], via: Vote['via'], proof?: Proof): Receipt {
    if (this.session.state.endedAt) return refuse('The go-live has ended.', 'Nothing was changed.');
    switch (name) {
      case 'approve':
        return this.vote(message as ApproveMessage, 'approve', via, proof);
      case 'reject':
        return this.vote(message as ApproveMessage, 'reject', via, proof);
      case 'tick':
        return this.tick(message as TickMessage, proof);
      case 'choose':
        return this.choose(message as ChooseMessage, proof);
      case 'waive':
        return this.waive(message as WaiveMessage, proof);
      case 'abort':
        return this.abort(message as AbortMessage);
    }
  }

  private vote(message: ApproveMessage, vote: Vote['vote'], via: Vote['via'], proof?: Proof): Receipt {
    const { plan, state, start } = this.session;
    const rules = approvalsOf(plan);
    const rule = rules.find((candidate) => candidate.id === message.approval);
    const approval = state.approvals.find((candidate) => candidate.id === message.approval);
    if (!rule || !approval) {
      return refuse(
        `There is no approval '${message.approval}'.`,
        `This runbook asks for: ${rules.map((r) => r.id).join(', ')}.`,
      );
    }
    const receipt = judgeVote(rule, approval, { message, vote, via, at: now() }, { plan, startedBy: start.startedBy });
    if (!receipt.accepted) return receipt;
    approval.votes.push({
      approval: rule.id,
      role: message.role,
      by: message.by,
      vote,
      ...(message.reason ? { reason: message.reason } : {}),
      at: now(),
      via,
      level: proof ? 'signed' : 'declared',
      digest: approval.digest,
      early: approval.status === 'not-asked',
      status: 'counted',
      ...proof,
      ...(message.breakGlass ? { breakGlass: true as const } : {}),
    });
    if (message.breakGlass) this.breakGlass(message);
    return receipt;
  }

  /** Loud from now on: in the verdict's sentence, on the board and in the evidence. */
  private breakGlass({ approval, by, role, reason = '' }: ApproveMessage): void {
    const { state, plan } = this.session;
    const reviewMs = plan.signing?.breakGlass?.reviewMs ?? 0;
    const reviewBy = new Date(Date.now() + reviewMs).toISOString();
    state.breakGlass = [...(state.breakGlass ?? []), { approval, by, role, reason, at: now(), reviewBy }];
    this.session.note('break-glass', { approval, by, role, reason, reviewBy });
  }

  private tick(message: TickMessage, proof?: Proof): Receipt {
    const { plan, state } = this.session;
    const item = state.checklist.find((candidate) => candidate.item === message.item);
    if (!item)
      return refuse(
        `There is no checklist item '${message.item}'.`,
        `Items: ${state.checklist.map((t) => t.item).join(', ')}.`,
      );
    if (item.at) return refuse(`'${item.item}' was ticked by ${item.by} at ${item.at}.`, 'Nothing was changed.');
    const problem = roleProblem(plan, message.by, message.role);
    if (problem) return problem;
    if (message.role !== item.role)
      return refuse(`'${item.item}' is for the role '${item.role}'.`, `Tick it as ${item.role}.`);
    itemTicked(item, { by: message.by, note: message.note, proof }, now());
    return { accepted: true, text: `'${item.item}' is ticked by ${message.by}.` };
  }

  private choose(message: ChooseMessage, proof?: Proof): Receipt {
    const { plan, state } = this.session;
    const { waiting } = state;
    if (waiting?.kind !== 'operator')
      return refuse('No failure waits for a choice now.', '`golive status` shows what is waited for.');
    const problem = roleProblem(plan, message.by, message.role);
    if (problem) return problem;
    if (!waiting.roles.includes(message.role))
      return refuse(`The choice is for ${waiting.roles.join(', ')}.`, 'Answer in that role.');
    if (!waiting.choices?.includes(message.choice)) {
      return refuse(
        `'${message.choice}' is not possible here.`,
        `Possible: ${waiting.choices?.join(', ') ?? 'nothing'}.`,
      );
    }
    const asked = waiting.about?.split('.').at(-1);
    if (message.step && message.step !== asked && message.step !== waiting.about) {
      return refuse(
        `The question is about '${waiting.about}', not about '${message.step}'.`,
        'One is asked at a time.',
      );
    }
    if (message.choice === 'rollback' && message.rollback && !plan.rollbacks[message.rollback]) {
      return refuse(
        `There is no rollback '${message.rollback}'.`,
        `Rollbacks: ${Object.keys(plan.rollbacks).join(', ') || 'none; leave it out to undo'}.`,
      );
    }
    if (needsReason(message.choice) && !message.reason?.trim())
      return refuse(`'${message.choice}' needs a reason.`, 'Give `reason`.');
    this.choice = message;
    this.proof = proof;
    return { accepted: true, text: `'${message.choice}' is recorded.` };
  }

  private waive(message: WaiveMessage, proof?: Proof): Receipt {
    const receipt = judgeWaiver(message, this.session.plan, Date.now());
    const { gate, role, by, reason, until } = message;
    const waiver = { gate, role, by, reason, until, at: now(), used: false, ...(proof ? { signed: proof } : {}) };
    if (receipt.accepted) this.session.state.waivers.push(waiver);
    return receipt;
  }

  abort(message: AbortMessage): Receipt {
    if (this.session.aborted) return refuse('The go-live is being aborted already.', 'Nothing was changed.');
    this.session.state.aborted = { ...message, at: now() };
    this.session.work?.cancel();
    return { accepted: true, text: 'The go-live stops; what it did is undone, newest first.' };
  }
}
