# A conversation's role that has lost its label, as by a dump without security
# labels: it still has its password and the profile's privileges.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(q(SELECT agentsandbox.create_profile('p')));
my $c = open_conversation('p');
is(sql_as($c, 'SELECT 1'), '1', 'a conversation');
sql("SECURITY LABEL FOR agentsandbox ON ROLE $c->{role} IS NULL");
refused($c, 'SELECT 1', qr/FATAL:.*lost its security label/, 'without its label it is none, and nothing else');
done_testing();
