# Every attempt of ../../../shared/attacks/ is contained and every honest use in
# it works.  Attempts of severity low that succeed are listed, with the reason,
# in docs/covert-channels.md.
# with-cluster: --conf 'max_connections = 60'
use strict;
use warnings;

use AgentSandbox;
use Cwd 'abs_path';
use File::Basename;
use File::Temp;
use IPC::Run ();
use JSON::PP;
use Test::More;

my $here = dirname(abs_path(__FILE__));
my $attacks = "$here/../../../shared/attacks";
plan skip_all => 'the attacks are not beside the repository' unless -r "$attacks/run.py";

sql(slurp("$here/corpus_setup.sql"));
my $one = open_conversation('rt_agent', '{"tenant": "one"}');
my $two = open_conversation('rt_agent', '{"tenant": "two"}');
my $database = $ENV{PGDATABASE};

sub dsn
{
	my ($user, $password) = @_;
	return "host=$ENV{PGHOST} port=$ENV{PGPORT} dbname=$database user=$user password=$password";
}

my $params = decode_json(slurp("$attacks/params_example.json"));
%$params = (
	%$params,
	agent_dsn => dsn($one->{role}, $one->{password}),
	agent2_dsn => dsn($two->{role}, $two->{password}),
	admin_dsn => dsn('postgres', 'unused'),
	pooler_dsn => dsn('rt_pool', 'poolpw'),
	agent_role => $one->{role},
	agent2_role => $two->{role},
	db => $database,
	log_file => $ENV{AGENTSANDBOX_SERVER_LOG},
	admin_role => 'rt_admin',
	audit_sql => '',
	audit_table => '',
	sandbox_schema => 'agentsandbox',
	ext_name => 'agentsandbox',
	ext_guc => 'agentsandbox.max_arguments_bytes',
	ext_guc_off => '67108864',
	outbox => 'agentsandbox.remoteprocedurecalls',
	outbox_insert => q{INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('send', jsonb_build_object('text', %s))},
	outbox_insert_select => q{INSERT INTO RemoteProcedureCalls (method, arguments) SELECT 'send', jsonb_build_object('text', x) FROM (%s) AS s (x)},
	outbox_has => q{SELECT rt.relayed('%%s%') > 0},
	outbox_count => q{SELECT rt.relayed('%%s%')},
	outbox_delete => q{SELECT cancel(id) FROM RemoteProcedureCalls WHERE arguments ->> 'text' = '%s'},
	outbox_clean => 'TRUNCATE agentsandbox.RemoteProcedureCalls CASCADE');

# There is no wrapper around the agent's statements that could be escaped from:
# what may not be written is not granted.
delete @{$params}{qw(readonly_wrapper outbox_delete_enabled)};

# Of what has labels the other attempts must not read: they share a conversation.
my $private = delete $params->{private};
my @alone = ('CTL-012', map { $_->{id} } @{ decode_json(slurp("$attacks/corpus/taint_egress.json")) });

# the schema's objects that agents are meant to use: what is granted to them
$params->{sandbox_api} = [ split /\n/, sql(<<~'SQL') ];
	SELECT c.oid::regclass::text FROM pg_class c, aclexplode(relacl) WHERE relnamespace = 'agentsandbox'::regnamespace
	    AND grantee = 'agentsandbox_agent'::regrole
	UNION SELECT p.oid::regproc::text FROM pg_proc p, aclexplode(proacl) WHERE pronamespace = 'agentsandbox'::regnamespace
	    AND grantee = 'agentsandbox_agent'::regrole
	SQL

my $dir = File::Temp->newdir;

sub attempts
{
	my ($only, %more) = @_;
	my ($out, $err) = ('', '');
	open my $file, '>', "$dir/params.json" or die $!;
	print $file encode_json({ %$params, %more });
	close $file;
	IPC::Run::run([ 'python3', "$attacks/run.py", '--params', "$dir/params.json", '--json', "$dir/out.json", '--only', $only ],
		\'', \$out, \$err, IPC::Run::timeout(850)) or diag($err);
	return @{ decode_json(slurp("$dir/out.json"))->{results} };
}

# An INSERT of this attempt stays behind, the agent's own row since keys are
# the tenant's; RLS-031 would take it for the other's.
my $leaves = 'RLS-022';
my $only = $ENV{CORPUS_ONLY} // '.*';
my @results = attempts("(?=(?:$only)\$)$leaves");
sql("DELETE FROM rt.orders WHERE tenant = 'one' AND code <> 'A-1'");
push @results, attempts('(?!(?:' . join('|', $leaves, @alone) . ")\$)(?:$only)");

# Each attempt on the flow of information has two conversations that have read
# nothing yet, and may COPY.
sql(q(SELECT agentsandbox.alter_profile('rt_agent', allow_copy => true)));
sql_as(open_conversation('rt_agent', '{"tenant": "one"}'), "COPY rt.outbox (payload) FROM STDIN;\nby COPY\n\\.\n");
is(sql(q(SELECT rt.relayed('by COPY'))), '1', 'what COPY says is relayed');
sql(q(SECURITY LABEL FOR agentsandbox ON TABLE rt.private IS 'private'; SECURITY LABEL FOR agentsandbox ON TABLE rt.inbox IS 'untrusted'));
for my $id (@alone)
{
	# Its oracle asks whether SET succeeds, which it does, for drivers, and does
	# nothing.
	if ($id eq 'TNT-033')
	{
		is(sql_as($one, q(SET application_name = 'leak'; SELECT current_setting('application_name'))), $one->{role},
			"$id high send by application_name: it is the conversation's name, whatever is set");
		next;
	}
	next unless $id =~ /$only/;
	my ($c, $d) = (open_conversation('rt_agent', '{"tenant": "one"}'), open_conversation('rt_agent', '{"tenant": "two"}'));
	push @results, attempts("$id\$", private => $private,
		agent_dsn => dsn($c->{role}, $c->{password}), agent2_dsn => dsn($d->{role}, $d->{password}),
		agent_role => $c->{role}, agent2_role => $d->{role});
	sql("SELECT agentsandbox.close_conversation('$_->{conversation}')") for $c, $d;
}
cmp_ok(scalar @results, '>=', 370, 'the attempts ran') unless $ENV{CORPUS_ONLY};
my $channels = slurp("$here/../../docs/covert-channels.md") // '';

my (%verdicts, %needs);
for my $r (@results)
{
	my $name = "$r->{id} $r->{severity} $r->{goal}";
	$verdicts{ $r->{verdict} }++;
	if ($r->{verdict} eq 'skipped')
	{
		push @{ $needs{ $r->{detail}[0] } }, $r->{id};
	}
	elsif ($r->{verdict} eq 'ESCAPED' && $r->{severity} eq 'low')
	{
		like($channels, qr/\b\Q$r->{id}\E\b/, "$name: a listed channel");
	}
	else
	{
		ok($r->{verdict} =~ /^(?:contained|works)$/, $name)
		  or diag("$r->{verdict}\n", map { "  $_\n" } @{ $r->{detail} });
	}
}
is_deeply([ sort keys %needs ], [ map { "needs $_" } qw(audit_sql audit_table readonly_wrapper) ], 'no other attempt is skipped') unless $ENV{CORPUS_ONLY};
for my $why (sort keys %needs)
{
  SKIP: { skip "@{ $needs{$why} }: $why", 1 }
}
note('figure: ', join ', ', map { "$verdicts{$_} $_" } sort keys %verdicts);

done_testing();
