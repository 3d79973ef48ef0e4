/** Creating, renaming, moving and deleting folders. Each throws the refusal for the form to show. */
import {
  changeMailbox,
  createMailbox,
  deleteMailbox,
  type MailboxEdit,
  type MailboxOutcome,
} from '@/api/calls';
import type { AccountId, Mailbox, MailboxId } from '@/domain/entities';
import { mailboxName } from '@/domain/mailboxTree';
import type { Store } from '@/store/store';
import type { UndoStack } from './undoStack';

export class MailboxIntents {
  readonly #store: Store;
  readonly #undo: UndoStack;

  /** The stream tells everything but the answer itself, so a renamed folder takes those below along. */
  constructor(store: Store, undo: UndoStack) {
    this.#store = store;
    this.#undo = undo;
  }

  async create(account: AccountId, name: string, parent: MailboxId | null): Promise<void> {
    this.#answered(await createMailbox(account, name, parent), `Created ${name}`);
  }

  async rename(mailbox: Mailbox, name: string): Promise<void> {
    await this.#change(mailbox, { name }, `Renamed to ${name}`);
  }

  /** `parent`: the folder to put it below, null for the top. */
  async move(mailbox: Mailbox, parent: Mailbox | null): Promise<void> {
    const place = parent ? `below ${mailboxName(parent)}` : 'to the top';
    await this.#change(mailbox, { parent_id: parent?.id ?? null }, `Moved ${mailbox.name} ${place}`);
  }

  async setSubscribed(mailbox: Mailbox, value: boolean): Promise<void> {
    const words = value ? 'is shown in other mail programs' : 'is no longer shown in other mail programs';
    await this.#change(mailbox, { subscribed: value }, `${mailboxName(mailbox)} ${words}`);
  }

  /** Hear of news in it at once; the inbox always is. */
  async setWatched(mailbox: Mailbox, value: boolean): Promise<void> {
    const outcome = await changeMailbox(mailbox.id, { watched: value });
    if (outcome.mailbox) this.#store.answered({ type: 'mailbox_answered', mailbox: outcome.mailbox });
  }

  async remove(mailbox: Mailbox, permanent: boolean): Promise<void> {
    const outcome = await deleteMailbox(mailbox.id, permanent);
    this.#store.answered({ type: 'mailbox_gone', mailbox_id: mailbox.id });
    this.#offerUndo(outcome, `Deleted ${mailbox.name}`);
  }

  async #change(mailbox: Mailbox, edit: MailboxEdit, words: string): Promise<void> {
    this.#answered(await changeMailbox(mailbox.id, edit), words);
  }

  #answered(outcome: MailboxOutcome, words: string): void {
    const { mailbox } = outcome;
    if (mailbox) this.#store.answered({ type: 'mailbox_answered', mailbox });
    this.#offerUndo(outcome, words);
  }

  #offerUndo({ operation_id }: MailboxOutcome, words: string): void {
    // The stream brings back what an undo restores.
    this.#undo.push(words, Promise.resolve([operation_id]), () => undefined);
  }
}
