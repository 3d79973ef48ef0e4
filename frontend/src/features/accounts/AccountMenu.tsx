import { Keyboard, LogOut, Plus } from 'lucide-react';
import type { Account, AccountState, Session } from '@/domain/entities';
import { selectAccounts, useSelect } from '@/store/hooks';
import { Avatar } from '@/ui/Avatar';
import { classes } from '@/ui/classes';
import { Menu, MenuItem } from '@/ui/Menu';
import s from './AccountMenu.module.css';

const STATE_WORDS: Record<AccountState, string> = {
  connecting: 'Connecting',
  syncing: 'Fetching mail',
  live: 'Live',
  offline: 'Offline, trying again',
  needs_attention: 'Needs you',
};

type Props = {
  session: Session;
  onGo: (path: string) => void;
  onHelp: () => void;
  onSignOut: () => void;
};

/** Who is signed in, how each account is, and what to do about it. */
export function AccountMenu({ session, onGo, onHelp, onSignOut }: Props) {
  const accounts = useSelect(selectAccounts);
  const worst = [...accounts.values()].find((one) => one.state === 'needs_attention');
  const face = { name: session.user.name, address: session.user.name };
  return (
    <Menu
      label={worst ? 'Accounts: one needs you' : 'Accounts'}
      button={
        <span className={s.face}>
          <Avatar of={face} />
          {worst && <span className={s.alarm} />}
        </span>
      }
    >
      {(close) => (
        <>
          <p className={s.heading}>Accounts</p>
          {[...accounts.values()].map((account) => (
            <MenuItem
              key={account.id}
              icon={<StateDot state={account.state} />}
              onSelect={() => {
                close();
                onGo(`/accounts/${account.id}`);
              }}
            >
              <AccountWords account={account} />
            </MenuItem>
          ))}
          <MenuItem
            icon={<Plus size={18} />}
            onSelect={() => {
              close();
              onGo('/accounts/new');
            }}
          >
            Add an account
          </MenuItem>
          <hr className={s.rule} />
          <MenuItem
            icon={<Keyboard size={18} />}
            onSelect={() => {
              close();
              onHelp();
            }}
          >
            Keys
          </MenuItem>
          <MenuItem icon={<LogOut size={18} />} onSelect={onSignOut}>
            Sign out {session.user.name}
          </MenuItem>
          <p className={s.version}>VexMail {session.version}</p>
        </>
      )}
    </Menu>
  );
}

function AccountWords({ account }: { account: Account }) {
  return (
    <span className={s.words}>
      <bdi className={s.email}>{account.email}</bdi>
      <span className={classes(s.state, account.error && s.ill)}>
        {account.error?.message ?? STATE_WORDS[account.state]}
      </span>
    </span>
  );
}

/** Shape and colour say the state; the words beside it say it too. */
function StateDot({ state }: { state: AccountState }) {
  return <span className={classes(s.dot, s[state])} />;
}
