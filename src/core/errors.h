/*
 * errors.h
 *	  SQLSTATEs of agentsandbox.
 *
 * A standard code is used wherever one fits (a refusal by a gate is 42501,
 * insufficient_privilege).  Class AS holds what PostgreSQL has no word for.
 */
#ifndef ASB_ERRORS_H
#define ASB_ERRORS_H

#include "utils/elog.h"

/* PostgreSQL 17's transaction_timeout */
#define ASB_ERRCODE_TRANSACTION_TIMEOUT		MAKE_SQLSTATE('2','5','P','0','4')
/* a gateway spoke about a call whose lease it no longer holds */
#define ASB_ERRCODE_STALE_LEASE				MAKE_SQLSTATE('A','S','0','0','1')
/* a call was asked to make a change of state that call_state.c does not list */
#define ASB_ERRCODE_ILLEGAL_TRANSITION		MAKE_SQLSTATE('A','S','0','0','2')
/* the conversation of this session is closed or has expired */
#define ASB_ERRCODE_CONVERSATION_CLOSED		MAKE_SQLSTATE('A','S','0','0','3')
/* waiting for this call cannot end: its transaction is still open */
#define ASB_ERRCODE_CALL_NOT_COMMITTED		MAKE_SQLSTATE('A','S','0','0','4')
/* what was to be read has labels, and the conversation could not be given them */
#define ASB_ERRCODE_LABELS_NOT_RAISED		MAKE_SQLSTATE('A','S','0','0','5')

#endif							/* ASB_ERRORS_H */
