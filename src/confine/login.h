/*
 * login.h
 *	  The login gate.
 */
#ifndef ASB_LOGIN_H
#define ASB_LOGIN_H

struct Port;

/*
 * Judges a connection whose authentication has just succeeded; FATAL if it
 * must not become a session.  Runs before the session has a database.
 */
extern void asb_login_gate(struct Port *port);

#endif							/* ASB_LOGIN_H */
