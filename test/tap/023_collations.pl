# with-cluster: --icu en
# Text that is not sorted by bytes, as in most databases: what C looks up by a
# text goes by an index that has the order of the language.
use strict;
use warnings;

use lib 'test/lib';
use AgentSandbox;
use Test::More;

my @names = qw(ab a_b a.c a-d aa a_a ba b.a b-a b_a mail2 mail_2 mail.2 mail10 mail_1 send_mail sendfax send.list z_a za zz);
is(sql("SELECT 'a_b' < 'a-b'"), 't', 'the language has another order than bytes');

sql(<<"SQL");
SELECT agentsandbox.create_profile('p');
SELECT agentsandbox.create_method(m, request => '{"type": "object"}', response => '{}') FROM unnest('{@{[join ',', @names]}}'::text[]) m;
SELECT agentsandbox.allow_method('p', name) FROM agentsandbox.method_definitions;
SQL
my $conversation = open_conversation('p');
sql_as($conversation, 'INSERT INTO RemoteProcedureCalls (method) SELECT method FROM agentsandbox.methods');
poll_is("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'ready'", scalar(@names), 'every method is found');
is(sql(q(SELECT count(*) FROM agentsandbox.claim(1000, '30 seconds', '{z_a,mail_1}'))), 2, '... and can be claimed');

done_testing();
