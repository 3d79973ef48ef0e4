import { COMMANDS } from '@/domain/commands';
import { Dialog } from '@/ui/Dialog';
import s from './KeysDialog.module.css';

const GROUPS = [...new Set(COMMANDS.map((command) => command.group))];
const NAMES: Record<string, string> = { Escape: 'Esc', Delete: 'Del', I: 'shift i', U: 'shift u' };

/** All keys, from the same table that the keyboard reads. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      {GROUPS.map((group) => (
        <section key={group} className={s.group}>
          <h3 className={s.heading}>{group}</h3>
          <dl>
            {COMMANDS.filter((command) => command.group === group).map((command) => (
              <div key={command.id} className={s.row}>
                <dt>{command.title}</dt>
                <dd>
                  {command.keys.map((key) => (
                    <kbd key={key} className={s.key}>
                      {NAMES[key] ?? key}
                    </kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
