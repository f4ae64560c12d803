/** What every kind that replaces one file does with what is not the plain case: it has one writer, `changeFile`. */
export const MEETS_FILE = {
  'two at once':
    'they take turns, whatever go-live and worker they are of: the second waits, and says for whom; nothing is lost',
  'somebody else who writes meanwhile':
    'the step begins anew from what stands there then; what it cannot win it leaves, and fails',
  'a link':
    'refused, with what it names; where a folder of the path is a link, the summary says where it leads, and the undo goes there',
  'a pipe, a folder, a device': 'refused',
  'mode and owner':
    'stay; where the worker may not give the file to its owner, the step is refused before anything is changed. ACLs and extended attributes are not kept',
  'a second name (hard link)': 'keeps the old content, which is said',
  'a file that is mounted by itself': 'refused; mount its folder',
  'no rights': 'fails, with the path and what the system said; nothing is changed',
  'what reads otherwise after it was written': 'is taken back, and the step fails',
} as const;
