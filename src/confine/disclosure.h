/*
 * disclosure.h
 *	  What errors tell a sandboxed session.
 */
#ifndef ASB_DISCLOSURE_H
#define ASB_DISCLOSURE_H

#include "utils/elog.h"

/*
 * Takes out of an error that is about to be reported what a sandboxed session
 * must not learn; does nothing for other sessions.  "analyzing": the error was
 * raised before the statement got to the planner, so the names in "source", the
 * client's text, may be what it is about; NULL where there is no text.
 */
extern void asb_disclosure_gate(ErrorData *error, const char *source, bool analyzing);

/*
 * Takes out of an error of the analysis of "source", which the client gave in
 * some other way than as its statement, what it tells of names.
 */
extern void asb_disclosure_names(Oid role, const char *source, ErrorData *error);

/* When the library is loaded: the settings of other libraries that binding will make. */
extern void asb_disclosure_init(void);

/*
 * For the binding of a session: keeps what tells of hidden things from its client, and makes its
 * errors and warnings reach the log, since what does not is not seen by the gate.
 */
extern void asb_disclosure_bind(void);

#endif							/* ASB_DISCLOSURE_H */
