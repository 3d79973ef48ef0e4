/** Adding, mending and removing accounts. Each throws the server's refusal for the form to show. */
import { addAccount, changeAccount, removeAccount, startDemo, syncNow } from '@/api/calls';
import { explain } from '@/api/problem';
import type { Account, AccountId, ImapSettings, NewAccount } from '@/domain/entities';
import type { Store } from '@/store/store';

export class AccountIntents {
  readonly #store: Store;
  readonly #refresh: () => void;
  readonly #onRefused: (message: string) => void;

  /** `refresh` asks for accounts and mailboxes again. */
  constructor(store: Store, refresh: () => void, onRefused: (message: string) => void) {
    this.#store = store;
    this.#refresh = refresh;
    this.#onRefused = onRefused;
  }

  async add(account: NewAccount, signal: AbortSignal): Promise<void> {
    this.#answered(await addAccount(account, signal));
  }

  async mend(id: AccountId, imap: Partial<ImapSettings>, signal: AbortSignal): Promise<void> {
    this.#answered(await changeAccount(id, { imap }, signal));
  }

  async startDemo(): Promise<void> {
    this.#answered(await startDemo());
  }

  async remove(id: AccountId): Promise<void> {
    await removeAccount(id);
    this.#store.answered({ type: 'account_removed', account_id: id }, { type: 'rows_doubted' });
    this.#refresh();
  }

  /** Look for mail now, of one account or of all. */
  async syncNow(account: AccountId | null = null): Promise<void> {
    try {
      await syncNow(account);
    } catch (error) {
      this.#onRefused(`Checking for mail was not possible: ${explain(error)}`);
    }
  }

  #answered(account: Account): void {
    this.#store.answered({ type: 'account_answered', account });
    this.#refresh();
  }
}
