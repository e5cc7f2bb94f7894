# Where a statement is wrong, all its names are looked up before the agent is
# told.  Nothing interrupts that: a text that names many columns and many
# relations kept a session busy for hours that nobody could end.
use strict;
use warnings;
use AgentSandbox;
use Test::More;
use Time::HiRes qw(time);
use Wire;

sql(<<~'SQL');
	CREATE TABLE t (a int);
	SELECT agentsandbox.create_profile('p', search_path => 'public', statement_time => '5 s');
	GRANT SELECT ON t TO p;
	SQL
my $w = Wire->connect(open_conversation('p'));

sub told
{
	my ($text, $code) = @_;
	my $start = time;
	my $name = substr($text, 0, 30) . ' ... ' . substr $text, -20;
	like($w->query($text)->{errors}[0]{C}, qr/^(?:$code)$/, $name);
	cmp_ok(time - $start, '<', 10, '... in time');
	return;
}
my $n = 100000;
told('SELECT ' . join(', ', ('x') x $n) . ' FROM ' . join(', ', ('t') x $n), '54001');
told('SELECT ' . join(', ', ('t.*') x $n) . ' FROM ' . join(', ', ('t') x $n), '54001');
told('SELECT ' . join(', ', ('*') x $n) . ' FROM ' . join(', ', ('t') x $n), '54001');
told('SELECT ' . join(', ', map { "x$_" } 1 .. 5000) . ' FROM ' . join(', ', map { "t t$_" } 1 .. 5000), '54001');
told('SELECT f(1), ' . join(', ', map { "f$_(1)" } 1 .. $n / 2), '42883');
told('SELECT ' . join(' + ', map { "f$_(1)" } 1 .. 3000), '42883');
# literals, whose types are looked for in what stands beside them
told('SELECT ' . join(', ', map { "COALESCE(x$_, '{y}')" } 1 .. $n / 2) . ' FROM t', '54001');
told('SELECT ' . join(', ', map { "COALESCE(t, '{y}')" } 1 .. $n / 10) . ', b FROM ' . join(', ', ('t') x ($n / 10)), '54001');
told('SELECT ' . join('', ("COALESCE('{y}', ") x 1500) . "text 'a'" . (')' x 1500) . ', b FROM t', '42703');
told('SELECT a = ANY ($1' . join('', map { " || '{y$_}'" } 1 .. 1500) . '), b FROM t', qr/42501|42P02/);
told('SELECT ' . join(', ', map { "COALESCE(a, lag('{y}', $_))" } 1 .. $n / 4) . ', b FROM t', '54001');
told(q(SELECT text 'a' FROM t UNION ) x 1000 . "SELECT '{y}' UNION SELECT b FROM t", '42703');

note 'what a function makes of a short text is limited as a text is';
told(q(SELECT agentsandbox.preview('WITH ' || (SELECT string_agg('c' || i || ' AS (SELECT 1)', ', ') FROM generate_series(1, 100000) i) || ' SELECT 1')), '54000');
told(q(SELECT agentsandbox.preview(repeat(' ', 5000000) || 'SELECT 1')), '54000');

note 'what is shorter is told what is wrong with it';
told('SELECT ' . join(', ', ('a') x 1000) . ', b FROM t', '42703');
told('SELECT ' . join(', ', map { "t$_.a" } 1 .. 1000) . ', b FROM ' . join(', ', map { "t t$_" } 1 .. 1000), '42703');
told('SELECT ' . join(', ', map { "upper('$_')" } 1 .. 1000) . ', f(1)', '42883');
told('SELECT ' . join(', ', map { "COALESCE(a, '$_', abs('$_'))" } 1 .. 1000) . ', b FROM t', '42703');
told('INSERT INTO t VALUES ' . join(', ', ("('1', '{2}')") x $n) . ', (b)', qr/42703|42601/);
done_testing();
