# A database that was restored where its conversations' roles were restored
# too: closing takes the roles along if they belong to no database any more,
# and never one that belongs to another database, conversation or person.
use strict;
use warnings;

use AgentSandbox;
use File::Temp ();
use Test::More;

my $copy = { dbname => 'copy' };
sub roles { return sql_as($copy, q(SELECT count(*) FROM pg_roles WHERE rolname LIKE 'conversation\_%')); }
sub closed { return sql_as($copy, "SELECT agentsandbox.close_conversation('$_[0]{conversation}')"); }

sql("SELECT agentsandbox.create_profile('agent')");
my ($shared, $gone, $renamed, $other) = map { open_conversation('agent') } 1 .. 4;
my $dump = File::Temp->new;
is(system('pg_dump', '-Fc', '-f', "$dump", $ENV{PGDATABASE}), 0, 'dumped');
sql('CREATE DATABASE copy TEMPLATE template0');
is(system('pg_restore', '--exit-on-error', '-d', 'copy', "$dump"), 0, 'restored beside it');

is(closed($shared), 't', 'closed in the copy');
is(sql_as($shared, 'SELECT 1'), '1', '... it goes on where it was opened');
is(roles(), '4', '... with its role');

# as in another cluster: roles and rows, but not the database that the roles know
sql_as($copy, "DROP DATABASE $ENV{PGDATABASE} WITH (FORCE)");
refused({ %$gone, %$copy }, 'SELECT 1', qr/FATAL:  a conversation can connect to its own database only/, 'no role of it logs in to the copy');
is(closed($gone), 't', 'closed in the copy');
is(sql_as($copy, "SELECT count(*) FROM pg_roles WHERE rolname = '$gone->{role}'"), '0', '... and its role went');

sql_as($copy, "ALTER ROLE $renamed->{role} RENAME TO kept; CREATE ROLE $renamed->{role} LOGIN");
is(closed($renamed), 't', 'closed, and its name is somebody else\'s');
is(sql_as($copy, "SELECT count(*) FROM pg_roles WHERE rolname IN ('kept', '$renamed->{role}')"), '2', '... who stays');
sql_as($copy, "ALTER ROLE $other->{role} RENAME TO aside; DROP ROLE $renamed->{role}; ALTER ROLE kept RENAME TO $other->{role}");
is(closed($other), 't', 'closed, and its name is another conversation\'s');
is(sql_as($copy, "SELECT count(*) FROM pg_roles WHERE rolname IN ('aside', '$other->{role}')"), '2', '... which stays');
done_testing();
