/*
 * hooks.h
 *	  The hooks of PostgreSQL that confine a session, and who is asked.
 */
#ifndef ASB_HOOKS_H
#define ASB_HOOKS_H

/*
 * Called before a statement that needs the database free of other sessions:
 * DROP DATABASE, ALTER DATABASE ... RENAME or SET TABLESPACE, and CREATE
 * DATABASE with it as the template.
 */
typedef void (*AsbDatabaseDdlCallback) (const char *database);

/* Registers the callback, of which there is one; from _PG_init only. */
extern void asb_hooks_on_database_ddl(AsbDatabaseDdlCallback callback);

extern void asb_hooks_init(void);

#endif							/* ASB_HOOKS_H */
