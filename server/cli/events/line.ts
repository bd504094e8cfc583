import { visible } from '../../audit/index.ts';
import type { SequencedEvent } from '../../store/index.ts';
import type { Colour } from '../output.ts';
import { shownTime } from '../output.ts';

const COLOURS: Readonly<Record<string, Colour>> = { critical: 'red', warning: 'yellow', normal: 'green' };

/** An event for a person: when, how grave, what, who, and its message without the service's name. */
export function eventLine(event: SequencedEvent, paint: (text: string, ...colours: Colour[]) => string): string {
  const { message, initiator } = JSON.parse(event.json) as {
    message: string;
    initiator: { id: string; name?: string };
  };
  const isFailure = event.outcome === 'failure';
  const colour = COLOURS[event.severity] ?? 'bold';
  const who = initiator.name ?? initiator.id.replace(/^(CertificateID-.{12}).*$/, '$1…');
  return [
    paint(`#${event.seq}`.padEnd(7), 'grey'),
    paint(shownTime(event.time), 'grey'),
    paint(event.severity.padEnd(8), colour),
    isFailure ? paint('failure', 'red', 'bold') : event.outcome.padEnd(7),
    event.action.replace(/^[^.]+\./, '').padEnd(30),
    paint(visible(who).padEnd(20), 'bold'),
    visible(message.slice(message.indexOf(': ') + 2)),
  ].join(' ');
}
